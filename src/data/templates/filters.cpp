// Filters of templates: {{ value | name(arguments) }}.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "base/suggest.hpp"
#include "base/text.hpp"
#include "data/templates/interpreter.hpp"
#include "data/tokenizers/characters.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare::templates {
namespace {

using Filter = Value (*)(Interpreter&, const Value&, const Arguments&);
struct Row {
  std::string_view name;
  Filter call;
};

std::string text_of(Interpreter& in, const Value& v) {
  in.work(v.weight());
  return to_text(v);
}

/// The member "a.b" or item 0 of every item, by which filters sort, join and choose.
Value by_path(Interpreter& in, const Value& item, const Value& path) {
  if (path.is_whole()) {
    const auto at = static_cast<std::uint64_t>(path.integer());
    return item.is(Value::Kind::list) && at < item.items().size() ? item.items()[at] : Value();
  }
  if (!path.is(Value::Kind::text)) in.fail(Fault::corrupt, "an attribute is named by a text");
  Value v = item;
  for (const std::string& name : split(path.text(), '.')) v = in.member(v, name);
  return v;
}

Value default_of(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "default", a, {"default_value", "boolean"});
  const bool wanted = v.is_undefined() || (b.flag(1, false) && !v.truth());
  if (!wanted) return v;
  return b.find(0) != nullptr ? *b.find(0) : Value("");
}

Value length(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "length", a, {});
  switch (v.kind()) {
    case Value::Kind::undefined: return Value(std::int64_t{0});
    case Value::Kind::text: return Value(length_of(v.text()));
    case Value::Kind::list: return Value(static_cast<std::int64_t>(v.items().size()));
    case Value::Kind::map: return Value(static_cast<std::int64_t>(v.entries().size()));
    default: in.fail(Fault::corrupt, cat("a value of type ", v.type_name(), " has no length"));
  }
}

Value trim_of(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "trim", a, {"chars"});
  if (b.find(0) == nullptr || b.find(0)->is(Value::Kind::none)) {
    return Value(stripped(text_of(in, v), nullptr, true, true));
  }
  const std::u32string characters = to_utf32(b.text(0));
  in.work(v.own_weight() * (characters.size() / 64));
  return Value(stripped(text_of(in, v), &characters, true, true));
}

template <auto Change>
Value changed(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "this filter", a, {});
  std::string text = Change(text_of(in, v));
  return Value(std::move(text));
}

Value tojson(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "tojson", a, {"indent", "ensure_ascii", "separators", "sort_keys"});
  JsonStyle style;
  if (b.find(0) != nullptr && !b.find(0)->is(Value::Kind::none)) {
    const std::int64_t indent = b.integer(0, 0);
    if (indent < 0 || indent > 100) in.fail(Fault::corrupt, cat("an indent of ", indent));
    style.indent = static_cast<int>(indent);
    style.item_separator.assign(1, ',');
    in.work(v.weight() * static_cast<std::uint64_t>(1 + indent));
  }
  style.ascii_only = b.flag(1, false);
  const Value* separators = b.find(2);
  if (separators != nullptr && separators->is(Value::Kind::list) &&
      separators->items().size() == 2) {
    style.item_separator = text_of(in, separators->items()[0]);
    style.key_separator = text_of(in, separators->items()[1]);
    in.work((style.item_separator.size() + style.key_separator.size()) * v.weight() / 16);
  }
  style.sort_keys = b.flag(3, false);
  in.work(2 * v.weight());
  return Value(to_json(v, style));
}

Value join(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "join", a, {"d", "attribute"});
  const std::string between = b.text(0, "");
  std::string out;
  bool first = true;
  for (const Value& item : in.items_of(v)) {
    in.work(between.size());
    if (!first) out += between;
    first = false;
    out += text_of(in, b.find(1) != nullptr ? by_path(in, item, *b.find(1)) : item);
  }
  return Value(std::move(out));
}

Value replace(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "replace", a, {"old", "new", "count"});
  return Value(replaced(in, text_of(in, v), b.text(0), b.text(1), b.integer(2, -1)));
}

/// The first argument says what to do, the others are that one's.
Arguments rest_of(const Arguments& a, std::size_t taken) {
  Arguments rest;
  rest.named = a.named;
  for (std::size_t i = taken; i < a.positional.size(); ++i)
    rest.positional.push_back(a.positional[i]);
  return rest;
}

std::string first_text(Interpreter& in, const Arguments& a, std::size_t i, std::string_view what) {
  if (i >= a.positional.size() || !a.positional[i].is(Value::Kind::text)) {
    in.fail(Fault::corrupt, cat(what, " is wanted as a text"));
  }
  return a.positional[i].text();
}

/// Items that a test keeps; `attribute`: of which a member is tested.
template <bool Attribute, bool Keep>
Value chosen(Interpreter& in, const Value& v, const Arguments& a) {
  const std::size_t at = Attribute ? 1 : 0;
  const Value path = Attribute && !a.positional.empty() ? a.positional[0] : Value();
  const std::string test =
      a.positional.size() > at ? first_text(in, a, at, "the name of a test") : "";
  const Arguments rest = rest_of(a, at + 1);
  std::vector<Value> out;
  for (const Value& item : in.items_of(v)) {
    const Value subject = Attribute ? by_path(in, item, path) : item;
    const bool is = test.empty() ? subject.truth() : in.test(test, subject, rest);
    if (is == Keep) out.push_back(item);
  }
  return Value::list(std::move(out));
}

Value map(Interpreter& in, const Value& v, const Arguments& a) {
  std::vector<Value> out;
  if (a.positional.empty()) {
    const Bound b(in, "map", a, {"attribute", "default"});
    for (const Value& item : in.items_of(v)) {
      const Value part = by_path(in, item, b.value(0));
      out.push_back(part.is_undefined() && b.find(1) != nullptr ? *b.find(1) : part);
    }
  } else {
    const std::string name = first_text(in, a, 0, "the name of a filter");
    const Arguments rest = rest_of(a, 1);
    for (const Value& item : in.items_of(v)) out.push_back(in.filter(name, item, rest));
  }
  return Value::list(std::move(out));
}

template <bool First>
Value at_end(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "first", a, {});
  const std::vector<Value> items = in.items_of(v);
  if (items.empty()) return Value(Undefined{"an item of nothing"});
  return First ? items.front() : items.back();
}

Value list(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "list", a, {});
  return Value::list(in.items_of(v));
}

Value items(Interpreter& in, const Value& v, const Arguments& a) {
  if (v.is_undefined()) return Value::list({});
  auto result = v.is(Value::Kind::map) ? call_method(in, v, "items", a) : std::nullopt;
  if (!result) in.fail(Fault::corrupt, cat("a value of type ", v.type_name(), " has no items"));
  return *result;
}

Value as_integer(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "int", a, {"default"});
  if (v.is_whole()) return Value(v.integer());
  double d = std::nan("");
  if (v.is(Value::Kind::real)) d = v.real();
  if (v.is(Value::Kind::text)) {
    const std::string text = stripped(v.text(), nullptr, true, true);
    const char* from = text.data() + (text.starts_with('+') ? 1 : 0);
    const char* to = text.data() + text.size();
    std::int64_t i = 0;
    const auto whole = std::from_chars(from, to, i);
    if (whole.ec == std::errc() && whole.ptr == to) return Value(i);
    const auto real = std::from_chars(from, to, d);
    if (real.ec != std::errc() || real.ptr != to) d = std::nan("");
  }
  if (!std::isnan(d) && std::abs(d) < 9e18) return Value(static_cast<std::int64_t>(d));
  return Value(b.integer(0, 0));
}

Value as_real(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "float", a, {"default"});
  if (v.is_number()) return Value(v.real());
  if (v.is(Value::Kind::text)) {
    const std::string text = stripped(v.text(), nullptr, true, true);
    double d = 0;
    const auto r = std::from_chars(text.data(), text.data() + text.size(), d);
    if (r.ec == std::errc() && r.ptr == text.data() + text.size()) return Value(d);
  }
  return b.find(0) != nullptr ? *b.find(0) : Value(0.0);
}

double number_of(Interpreter& in, const Value& v) {
  if (!v.is_number()) in.fail(Fault::corrupt, cat("a number is wanted, not ", v.type_name()));
  return v.real();
}

Value absolute(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "abs", a, {});
  if (v.is_whole()) return v.integer() < 0 ? binary(in, "-", Value(std::int64_t{0}), v) : v;
  return Value(std::abs(number_of(in, v)));
}

Value round_to(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "round", a, {"precision", "method"});
  const std::int64_t digits = std::clamp<std::int64_t>(b.integer(0, 0), -20, 20);
  const std::string method = b.text(1, "common");
  const double scale = std::pow(10.0, static_cast<double>(digits));
  const double x = number_of(in, v) * scale;
  if (method == "ceil") return Value(std::ceil(x) / scale);
  if (method == "floor") return Value(std::floor(x) / scale);
  return Value(std::nearbyint(x) / scale);
}

/// What items are compared by: texts without regard to case unless it is asked for.
std::vector<std::pair<Value, Value>> with_keys(Interpreter& in, const Value& v, const Value* path,
                                               bool case_sensitive) {
  std::vector<std::pair<Value, Value>> out;
  for (const Value& item : in.items_of(v)) {
    Value key = path != nullptr && !path->is(Value::Kind::none) ? by_path(in, item, *path) : item;
    in.work(key.weight());
    if (key.is(Value::Kind::text) && !case_sensitive) key = Value(lower_case(key.text()));
    out.emplace_back(std::move(key), item);
  }
  return out;
}

bool before(Interpreter& in, const Value& a, const Value& b) {
  in.work(std::min(a.weight(), b.weight()));
  const auto less = less_than(a, b);
  if (!less) in.fail(Fault::corrupt, cat("no order of ", a.type_name(), " and ", b.type_name()));
  return *less;
}

Value sorted(Interpreter& in, const std::vector<std::pair<Value, Value>>& items, bool reverse) {
  // Sorting must not see an order that fails half-way, so that all pairs are looked at before.
  for (std::size_t i = 1; i < items.size(); ++i) before(in, items[i - 1].first, items[i].first);
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return reverse ? before(in, items[b].first, items[a].first)
                   : before(in, items[a].first, items[b].first);
  });
  std::vector<Value> out;
  out.reserve(order.size());
  for (const std::size_t i : order) out.push_back(items[i].second);
  return Value::list(std::move(out));
}

Value sort(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "sort", a, {"reverse", "case_sensitive", "attribute"});
  return sorted(in, with_keys(in, v, b.find(2), b.flag(1, false)), b.flag(0, false));
}

Value dictsort(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "dictsort", a, {"case_sensitive", "by", "reverse"});
  const Value path(std::int64_t{b.text(1, "key") == "value" ? 1 : 0});
  return sorted(in, with_keys(in, items(in, v, {}), &path, b.flag(0, false)), b.flag(2, false));
}

Value unique(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "unique", a, {"case_sensitive", "attribute"});
  std::vector<std::pair<Value, Value>> seen;
  std::vector<Value> out;
  for (auto& [key, item] : with_keys(in, v, b.find(1), b.flag(0, false))) {
    in.work(16 * (seen.size() + 1));
    const auto same = [&k = key](const auto& s) { return s.first == k; };
    if (std::any_of(seen.begin(), seen.end(), same)) continue;
    out.push_back(item);
    seen.emplace_back(std::move(key), Value());
  }
  return Value::list(std::move(out));
}

Value reversed(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "reverse", a, {});
  std::vector<Value> items = in.items_of(v);
  std::reverse(items.begin(), items.end());
  if (!v.is(Value::Kind::text)) return Value::list(std::move(items));
  std::string out;
  for (const Value& item : items) out += item.text();
  return Value(std::move(out));
}

Value sum(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "sum", a, {"attribute", "start"});
  Value total = b.find(1) != nullptr ? *b.find(1) : Value(std::int64_t{0});
  for (const Value& item : in.items_of(v)) {
    const bool path = b.find(0) != nullptr && !b.find(0)->is(Value::Kind::none);
    total = binary(in, "+", total, path ? by_path(in, item, *b.find(0)) : item);
  }
  return total;
}

template <bool Least>
Value extreme(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, Least ? "min" : "max", a, {"case_sensitive", "attribute"});
  const auto items = with_keys(in, v, b.find(1), b.flag(0, false));
  const std::pair<Value, Value>* best = nullptr;
  for (const auto& item : items) {
    if (best == nullptr ||
        (Least ? before(in, item.first, best->first) : before(in, best->first, item.first))) {
      best = &item;
    }
  }
  return best != nullptr ? best->second : Value(Undefined{"an item of nothing"});
}

Value indent(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "indent", a, {"width", "first", "blank"});
  std::string blanks;
  if (b.find(0) != nullptr && b.find(0)->is(Value::Kind::text)) {
    blanks = b.text(0);
  } else {
    const std::int64_t width = b.integer(0, 4);
    if (width < 0 || width > 1000) in.fail(Fault::corrupt, cat("an indent of ", width));
    blanks.assign(static_cast<std::size_t>(width), ' ');
  }
  std::string out;
  bool first = true;
  for (const std::string& line : split(text_of(in, v), '\n')) {
    in.work(blanks.size());
    if (!first) out += '\n';
    if (first ? b.flag(1, false) : (!line.empty() || b.flag(2, false))) out += blanks;
    first = false;
    out += line;
  }
  return Value(std::move(out));
}

Value escaped(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "escape", a, {});
  std::string out = replace_all(text_of(in, v), "&", "&amp;");
  out = replace_all(replace_all(out, "<", "&lt;"), ">", "&gt;");
  return Value(replace_all(replace_all(out, "'", "&#39;"), "\"", "&#34;"));
}

Value as_text(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "string", a, {});
  return Value(text_of(in, v));
}

constexpr std::array<Row, 37> kFilters = {{{"abs", absolute},
                                           {"capitalize", changed<capitalized>},
                                           {"count", length},
                                           {"d", default_of},
                                           {"default", default_of},
                                           {"dictsort", dictsort},
                                           {"e", escaped},
                                           {"escape", escaped},
                                           {"first", at_end<true>},
                                           {"float", as_real},
                                           {"indent", indent},
                                           {"int", as_integer},
                                           {"items", items},
                                           {"join", join},
                                           {"last", at_end<false>},
                                           {"length", length},
                                           {"list", list},
                                           {"lower", changed<lower_case>},
                                           {"map", map},
                                           {"max", extreme<false>},
                                           {"min", extreme<true>},
                                           {"reject", chosen<false, false>},
                                           {"rejectattr", chosen<true, false>},
                                           {"replace", replace},
                                           {"reverse", reversed},
                                           {"round", round_to},
                                           {"safe", as_text},
                                           {"select", chosen<false, true>},
                                           {"selectattr", chosen<true, true>},
                                           {"sort", sort},
                                           {"string", as_text},
                                           {"sum", sum},
                                           {"title", changed<title_case>},
                                           {"tojson", tojson},
                                           {"trim", trim_of},
                                           {"unique", unique},
                                           {"upper", changed<upper_case>}}};

}  // namespace

Value Interpreter::filter(const std::string& name, const Value& subject,
                          const Arguments& arguments) {
  const auto at =
      std::find_if(kFilters.begin(), kFilters.end(), [&](const Row& r) { return r.name == name; });
  if (at != kFilters.end()) return at->call(*this, subject, arguments);
  std::vector<std::string> known;
  known.reserve(kFilters.size());
  for (const Row& r : kFilters) known.emplace_back(r.name);
  fail(Fault::unsupported,
       cat("there is no filter '", escape_terminal(name, 40), "'", suggestion(name, known)));
}

}  // namespace pare::templates
