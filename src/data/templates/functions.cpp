// Tests ({{ value is name }}), functions, and how arguments find their parameters.
#include <algorithm>
#include <array>

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "data/templates/interpreter.hpp"
#include "data/tokenizers/characters.hpp"

namespace pare::templates {
namespace {

using Test = bool (*)(Interpreter&, const Value&, const Value*);
struct Row {
  std::string_view name;
  bool argument;
  Test call;
};

bool sequence(const Value& v) {
  return v.is(Value::Kind::list) || v.is(Value::Kind::text) || v.is(Value::Kind::map);
}

bool below(Interpreter& in, const Value& a, const Value& b) {
  in.work(std::min(a.weight(), b.weight()));
  const auto less = less_than(a, b);
  if (!less) in.fail(Fault::corrupt, cat("no order of ", a.type_name(), " and ", b.type_name()));
  return *less;
}

bool same(Interpreter& in, const Value& a, const Value* b) {
  in.work(std::min(a.weight(), b->weight()));
  return a == *b;
}
bool other(Interpreter& in, const Value& a, const Value* b) { return !same(in, a, b); }
bool is_less(Interpreter& in, const Value& a, const Value* b) { return below(in, a, *b); }
bool is_more(Interpreter& in, const Value& a, const Value* b) { return below(in, *b, a); }
bool is_least(Interpreter& in, const Value& a, const Value* b) {
  return same(in, a, b) || below(in, *b, a);
}
bool is_most(Interpreter& in, const Value& a, const Value* b) {
  return same(in, a, b) || below(in, a, *b);
}
bool is_in(Interpreter& in, const Value& a, const Value* b) { return contains(in, *b, a); }

std::int64_t whole(Interpreter& in, const Value& v) {
  if (!v.is_whole()) in.fail(Fault::corrupt, cat("a whole number is wanted, not ", v.type_name()));
  return v.integer();
}

bool divisible(Interpreter& in, const Value& a, const Value* b) {
  const std::int64_t by = whole(in, *b);
  if (by == 0) in.fail(Fault::corrupt, "division by zero");
  return by == -1 || whole(in, a) % by == 0;
}

/// Values do not change, so that equal ones of a type are as good as the same.
bool same_as(Interpreter& in, const Value& a, const Value* b) {
  return a.kind() == b->kind() && same(in, a, b);
}

template <Value::Kind K>
bool of_kind(Interpreter&, const Value& v, const Value*) {
  return v.is(K);
}

constexpr std::array<Row, 36> kTests = {{
    {"==", true, same},
    {"!=", true, other},
    {"<", true, is_less},
    {"<=", true, is_most},
    {">", true, is_more},
    {">=", true, is_least},
    {"boolean", false, of_kind<Value::Kind::boolean>},
    {"callable", false, of_kind<Value::Kind::function>},
    {"defined", false,
     [](Interpreter&, const Value& v, const Value*) { return !v.is_undefined(); }},
    {"divisibleby", true, divisible},
    {"eq", true, same},
    {"equalto", true, same},
    {"even", false,
     [](Interpreter& in, const Value& v, const Value*) { return whole(in, v) % 2 == 0; }},
    {"false", false,
     [](Interpreter&, const Value& v, const Value*) {
       return v.is(Value::Kind::boolean) && !v.truth();
     }},
    {"float", false, of_kind<Value::Kind::real>},
    {"ge", true, is_least},
    {"greaterthan", true, is_more},
    {"gt", true, is_more},
    {"in", true, is_in},
    {"integer", false, of_kind<Value::Kind::integer>},
    {"iterable", false,
     [](Interpreter&, const Value& v, const Value*) { return sequence(v) || v.is_undefined(); }},
    {"le", true, is_most},
    {"lessthan", true, is_less},
    {"lower", false,
     [](Interpreter&, const Value& v, const Value*) {
       return v.is(Value::Kind::text) && v.text() == lower_case(v.text());
     }},
    {"lt", true, is_less},
    {"mapping", false, of_kind<Value::Kind::map>},
    {"ne", true, other},
    {"none", false, of_kind<Value::Kind::none>},
    {"number", false, [](Interpreter&, const Value& v, const Value*) { return v.is_number(); }},
    {"odd", false,
     [](Interpreter& in, const Value& v, const Value*) { return whole(in, v) % 2 != 0; }},
    {"sameas", true, same_as},
    {"sequence", false,
     [](Interpreter&, const Value& v, const Value*) { return sequence(v) || v.is_undefined(); }},
    {"string", false, of_kind<Value::Kind::text>},
    {"true", false,
     [](Interpreter&, const Value& v, const Value*) {
       return v.is(Value::Kind::boolean) && v.truth();
     }},
    {"undefined", false, of_kind<Value::Kind::undefined>},
    {"upper", false,
     [](Interpreter&, const Value& v, const Value*) {
       return v.is(Value::Kind::text) && v.text() == upper_case(v.text());
     }},
}};

/// As many as Jinja's own sandbox allows.
constexpr std::int64_t kLongestRange = 100'000;

Value range(Interpreter& in, const Arguments& a) {
  std::array<std::int64_t, 3> v = {0, 0, 1};
  const std::size_t n = a.positional.size();
  if (n < 1 || n > 3 || !a.named.empty()) in.fail(Fault::corrupt, "range() takes 1 to 3 numbers");
  for (std::size_t i = 0; i < n; ++i) v[n == 1 ? 1 : i] = whole(in, a.positional[i]);
  if (v[2] == 0) in.fail(Fault::corrupt, "range() with step 0");
  std::vector<Value> items;
  for (std::int64_t i = v[0]; v[2] > 0 ? i < v[1] : i > v[1];) {
    if (static_cast<std::int64_t>(items.size()) >= kLongestRange) {
      in.fail(Fault::resource, cat("a range of more than ", kLongestRange, " numbers"));
    }
    items.emplace_back(i);
    if (__builtin_add_overflow(i, v[2], &i)) break;
  }
  in.work(16 * items.size());
  return Value::list(std::move(items));
}

/// Names with values, and before them entries of a mapping.
std::vector<std::pair<Value, Value>> entries_of(Interpreter& in, const Arguments& a) {
  std::vector<std::pair<Value, Value>> entries;
  for (const Value& v : a.positional) {
    if (!v.is(Value::Kind::map)) in.fail(Fault::corrupt, "a mapping is wanted");
    in.work(v.own_weight());
    entries.insert(entries.end(), v.entries().begin(), v.entries().end());
  }
  for (const auto& [name, v] : a.named) entries.emplace_back(Value(name), v);
  return entries;
}

Value make_space(Interpreter& in, const Arguments& a) {
  auto space = std::make_shared<SpaceData>();
  for (const auto& [name, v] : entries_of(in, a)) {
    if (!name.is(Value::Kind::text)) in.fail(Fault::corrupt, "members have texts as names");
    if (v.is(Value::Kind::space)) in.fail(Fault::unsupported, "a namespace inside of another");
    space->members[name.text()] = v;
  }
  return Value(std::move(space));
}

Value raise_exception(Interpreter& in, const Arguments& a) {
  const Bound b(in, "raise_exception", a, {"message"});
  in.fail(Fault::usage, escape_terminal(b.text(0), 400));
}

Value strftime_now(Interpreter& in, const Arguments& a) {
  const Bound b(in, "strftime_now", a, {"format"});
  const std::string format = b.text(0);
  if (format.empty()) return Value("");
  if (format.size() > 256) in.fail(Fault::resource, "a format of a date of more than 256 bytes");
  const std::time_t now = in.now();
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 4096> text{};
  const std::size_t n = std::strftime(text.data(), text.size(), format.c_str(), &parts);
  return Value(std::string(text.data(), n));
}

}  // namespace

bool Interpreter::test(const std::string& name, const Value& subject, const Arguments& arguments) {
  const auto at =
      std::find_if(kTests.begin(), kTests.end(), [&](const Row& r) { return r.name == name; });
  if (at == kTests.end()) {
    std::vector<std::string> known;
    known.reserve(kTests.size());
    for (const Row& r : kTests) known.emplace_back(r.name);
    fail(Fault::unsupported,
         cat("there is no test '", escape_terminal(name, 40), "'", suggestion(name, known)));
  }
  if (arguments.positional.size() != (at->argument ? 1 : 0) || !arguments.named.empty()) {
    fail(Fault::corrupt,
         cat("the test '", name, "' takes ", at->argument ? "one" : "no", " argument"));
  }
  return at->call(*this, subject, at->argument ? arguments.positional.data() : nullptr);
}

void add_functions(Interpreter& in) {
  in.set("range", Value(FunctionData{"range", range}));
  in.set("namespace", Value(FunctionData{"namespace", make_space}));
  in.set("dict", Value(FunctionData{"dict", [](Interpreter& i, const Arguments& a) {
                                      return Value::map(entries_of(i, a));
                                    }}));
  in.set("raise_exception", Value(FunctionData{"raise_exception", raise_exception}));
  in.set("strftime_now", Value(FunctionData{"strftime_now", strftime_now}));
}

Bound::Bound(Interpreter& in, std::string_view function, const Arguments& arguments,
             std::initializer_list<std::string_view> names)
    : in_(in), function_(function), names_(names), values_(names.size()) {
  if (arguments.positional.size() > names_.size()) {
    in.fail(Fault::corrupt, cat(function, " takes ", names_.size(), " arguments at most, not ",
                                arguments.positional.size()));
  }
  for (std::size_t i = 0; i < arguments.positional.size(); ++i)
    values_[i] = &arguments.positional[i];
  for (const auto& [name, value] : arguments.named) {
    const auto at = std::find(names_.begin(), names_.end(), name);
    if (at == names_.end()) {
      in.fail(Fault::corrupt, cat(function, " has no argument '", escape_terminal(name, 40), "'"));
    }
    values_[static_cast<std::size_t>(at - names_.begin())] = &value;
  }
}

void Bound::wrong(std::size_t i, std::string_view wanted) const {
  in_.fail(Fault::corrupt,
           cat("argument '", names_[i], "' of ", function_, " is to be ", wanted,
               values_[i] == nullptr ? std::string() : cat(", not ", values_[i]->type_name())));
}

const Value& Bound::value(std::size_t i) const {
  if (values_[i] == nullptr) wrong(i, "given");
  return *values_[i];
}
std::string Bound::text(std::size_t i) const {
  if (values_[i] == nullptr || !values_[i]->is(Value::Kind::text)) wrong(i, "a text");
  return values_[i]->text();
}
std::string Bound::text(std::size_t i, std::string_view otherwise) const {
  return values_[i] == nullptr ? std::string(otherwise) : text(i);
}
std::int64_t Bound::integer(std::size_t i, std::int64_t otherwise) const {
  if (values_[i] == nullptr) return otherwise;
  if (!values_[i]->is_whole()) wrong(i, "a whole number");
  return values_[i]->integer();
}
bool Bound::flag(std::size_t i, bool otherwise) const {
  return values_[i] == nullptr ? otherwise : values_[i]->truth();
}

}  // namespace pare::templates
