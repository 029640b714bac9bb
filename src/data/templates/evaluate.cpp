// Expressions of templates.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "data/templates/interpreter.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare::templates {
namespace {

using Kind = Expression::Kind;

/// Index i of n, from the end when negative; nothing outside.
std::optional<std::size_t> place_of(std::int64_t i, std::size_t n) {
  const auto size = static_cast<std::int64_t>(n);
  const std::int64_t at = i < 0 ? i + size : i;
  if (at < 0 || at >= size) return std::nullopt;
  return static_cast<std::size_t>(at);
}

/// The places that Python's slice [from:to:step] takes of n.
std::vector<std::size_t> slice_of(std::size_t n, std::optional<std::int64_t> from,
                                  std::optional<std::int64_t> to, std::int64_t step) {
  const auto size = static_cast<std::int64_t>(n);
  const std::int64_t least = step < 0 ? -1 : 0;
  const std::int64_t most = step < 0 ? size - 1 : size;
  const auto bound = [&](std::optional<std::int64_t> i, std::int64_t otherwise) {
    if (!i) return otherwise;
    const std::int64_t at = *i < 0 ? std::max(*i, -size - 1) + size : *i;
    return std::clamp(at, least, most);
  };
  const std::int64_t begin = bound(from, step < 0 ? most : 0);
  const std::int64_t end = bound(to, step < 0 ? -1 : size);
  std::vector<std::size_t> out;
  const std::int64_t stride = std::clamp<std::int64_t>(step, -size - 1, size + 1);
  for (std::int64_t i = begin; step < 0 ? i > end : i < end; i += stride) {
    out.push_back(static_cast<std::size_t>(i));
  }
  return out;
}

[[noreturn]] void wrong_types(Interpreter& in, const std::string& sign, const Value& a,
                              const Value& b) {
  for (const Value* v : {&a, &b}) {
    if (v->is_undefined()) in.fail(Fault::corrupt, cat(v->undefined().what, " is undefined"));
  }
  in.fail(Fault::corrupt,
          cat("'", sign, "' does not take ", a.type_name(), " and ", b.type_name()));
}

[[noreturn]] void too_large(Interpreter& in) {
  in.fail(Fault::unsupported, "a whole number beyond 64 bits");
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  const std::int64_t q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

Value whole_arithmetic(Interpreter& in, const std::string& sign, std::int64_t a, std::int64_t b) {
  std::int64_t r = 0;
  if (sign == "+") {
    if (__builtin_add_overflow(a, b, &r)) too_large(in);
  } else if (sign == "-") {
    if (__builtin_sub_overflow(a, b, &r)) too_large(in);
  } else if (sign == "*") {
    if (__builtin_mul_overflow(a, b, &r)) too_large(in);
  } else if (sign == "**") {
    if (b < 0) return Value(std::pow(static_cast<double>(a), static_cast<double>(b)));
    r = 1;
    // What does not overflow within 64 steps is a power of -1, 0 or 1.
    const std::int64_t times = a >= -1 && a <= 1 ? b % 2 + (b > 0 ? 2 : 0) : b;
    for (std::int64_t i = 0; i < times; ++i) {
      if (__builtin_mul_overflow(r, a, &r)) too_large(in);
    }
  } else {
    if (b == 0) in.fail(Fault::corrupt, "division by zero");
    if (sign == "/") return Value(static_cast<double>(a) / static_cast<double>(b));
    if (a == std::numeric_limits<std::int64_t>::min() && b == -1) too_large(in);
    r = sign == "//" ? floor_div(a, b) : a - floor_div(a, b) * b;
  }
  return Value(r);
}

Value real_arithmetic(Interpreter& in, const std::string& sign, double a, double b) {
  if (sign == "+") return Value(a + b);
  if (sign == "-") return Value(a - b);
  if (sign == "*") return Value(a * b);
  if (sign == "**") return Value(std::pow(a, b));
  if (b == 0) in.fail(Fault::corrupt, "division by zero");
  if (sign == "/") return Value(a / b);
  if (sign == "//") return Value(std::floor(a / b));
  const double r = std::fmod(a, b);
  return Value(r != 0 && (r < 0) != (b < 0) ? r + b : r);
}

Value repeated(Interpreter& in, const Value& v, std::int64_t times) {
  const auto n = static_cast<std::uint64_t>(std::max<std::int64_t>(times, 0));
  std::uint64_t all = 0;
  if (__builtin_mul_overflow(v.own_weight() + 1, n, &all)) all = ~std::uint64_t{0};
  in.work(all);
  if (v.is(Value::Kind::text)) {
    std::string out;
    for (std::uint64_t i = 0; i < n; ++i) out += v.text();
    return Value(std::move(out));
  }
  std::vector<Value> items;
  for (std::uint64_t i = 0; i < n; ++i)
    items.insert(items.end(), v.items().begin(), v.items().end());
  return Value::list(std::move(items), v.is_tuple());
}

Value sum_of(Interpreter& in, const Value& a, const Value& b) {
  in.work(a.own_weight() + b.own_weight());
  if (a.is(Value::Kind::text)) return Value(a.text() + b.text());
  std::vector<Value> items = a.items();
  items.insert(items.end(), b.items().begin(), b.items().end());
  return Value::list(std::move(items), a.is_tuple());
}

/// A method as a value, with the object that it is of.
Value bound_method(const Value& object, const std::string& name) {
  return Value(FunctionData{name, [object, name](Interpreter& in, const Arguments& a) {
                              auto result = call_method(in, object, name, a);
                              return result ? *result : Value();
                            }});
}

}  // namespace

Value binary(Interpreter& in, const std::string& sign, const Value& a, const Value& b) {
  if (sign == "~") {
    in.work(a.weight() + b.weight());
    return Value(to_text(a) + to_text(b));
  }
  if (a.is_whole() && b.is_whole()) return whole_arithmetic(in, sign, a.integer(), b.integer());
  if (a.is_number() && b.is_number()) return real_arithmetic(in, sign, a.real(), b.real());
  const auto both = [&](Value::Kind k) { return a.is(k) && b.is(k); };
  if (sign == "+" &&
      (both(Value::Kind::text) || (both(Value::Kind::list) && a.is_tuple() == b.is_tuple()))) {
    return sum_of(in, a, b);
  }
  const auto row = [](const Value& v) {
    return v.is(Value::Kind::text) || v.is(Value::Kind::list);
  };
  if (sign == "*" && row(a) && b.is_whole()) return repeated(in, a, b.integer());
  if (sign == "*" && row(b) && a.is_whole()) return repeated(in, b, a.integer());
  if (sign == "%" && a.is(Value::Kind::text)) {
    in.fail(Fault::unsupported, "formatting with '%'");
  }
  wrong_types(in, sign, a, b);
}

bool contains(Interpreter& in, const Value& b, const Value& a) {
  in.work(a.own_weight() + b.own_weight());
  switch (b.kind()) {
    case Value::Kind::undefined: return false;
    case Value::Kind::text:
      if (!a.is(Value::Kind::text)) wrong_types(in, "in", a, b);
      return b.text().find(a.text()) != std::string::npos;
    case Value::Kind::list:
      in.work(b.weight());
      return std::find(b.items().begin(), b.items().end(), a) != b.items().end();
    case Value::Kind::map: return b.find(a) != nullptr;
    default: wrong_types(in, "in", a, b);
  }
}

bool Interpreter::compare(const std::string& sign, const Value& a, const Value& b) {
  if (sign == "in") return contains(*this, b, a);
  if (sign == "not in") return !contains(*this, b, a);
  work(std::min(a.weight(), b.weight()));
  if (sign == "==") return a == b;
  if (sign == "!=") return !(a == b);
  const bool upward = sign == "<" || sign == "<=";
  const auto less = upward ? less_than(a, b) : less_than(b, a);
  if (!less) wrong_types(*this, sign, a, b);
  return *less || (sign.size() == 2 && a == b);
}

Value Interpreter::comparison(const Expression& e) {
  Value left = eval(*e.parts[0]);
  for (std::size_t i = 0; i < e.signs.size(); ++i) {
    Value right = eval(*e.parts[i + 1]);
    here_ = e.place;
    if (!compare(e.signs[i], left, right)) return Value(false);
    left = std::move(right);
  }
  return Value(true);
}

Value Interpreter::name(const Expression& e) {
  const Value* v = find(e.name);
  return v != nullptr ? *v : Value(Undefined{cat("'", e.name, "'")});
}

Value Interpreter::member(const Value& object, std::string_view name) {
  if (object.is_undefined()) {
    fail(Fault::corrupt, cat(object.undefined().what, " is undefined, so it has no '",
                             escape_terminal(name, 60), "'"));
  }
  if (object.is(Value::Kind::map)) {
    const Value* v = object.find(Value(std::string(name)));
    if (v != nullptr) return *v;
  }
  if (object.is(Value::Kind::space)) {
    const auto& members = object.space().members;
    const auto at = members.find(name);
    if (at != members.end()) return at->second;
  }
  return Value(Undefined{cat("'", escape_terminal(name, 60), "'")});
}

Value Interpreter::index(const Value& object, const Value& key) {
  if (object.is_undefined()) fail(Fault::corrupt, cat(object.undefined().what, " is undefined"));
  if (key.is_undefined()) fail(Fault::corrupt, cat(key.undefined().what, " is undefined"));
  if (object.is(Value::Kind::map)) {
    const Value* v = object.find(key);
    if (v != nullptr) return *v;
  } else if (object.is(Value::Kind::list) && key.is_whole()) {
    const auto at = place_of(key.integer(), object.items().size());
    if (at) return object.items()[*at];
  } else if (object.is(Value::Kind::text) && key.is_whole()) {
    work(4 * object.own_weight());
    const std::u32string letters = to_utf32(object.text());
    const auto at = place_of(key.integer(), letters.size());
    std::string out;
    if (at) append_utf8(out, letters[*at]);
    if (at) return Value(std::move(out));
  } else if (object.is(Value::Kind::space) && key.is(Value::Kind::text)) {
    return member(object, key.text());
  }
  return Value(Undefined{cat("the item ", escape_terminal(to_repr(key), 60))});
}

Value Interpreter::slice(const Expression& e) {
  const Value object = eval(*e.parts[0]);
  const auto bound = [&](std::size_t i) -> std::optional<std::int64_t> {
    if (e.parts[i] == nullptr) return std::nullopt;
    const Value v = eval(*e.parts[i]);
    if (v.is(Value::Kind::none)) return std::nullopt;
    here_ = e.place;
    if (!v.is_whole()) fail(Fault::corrupt, cat("a slice by a value of type ", v.type_name()));
    return v.integer();
  };
  const auto from = bound(1);
  const auto to = bound(2);
  const std::int64_t step = bound(3).value_or(1);
  here_ = e.place;
  if (step == 0) fail(Fault::corrupt, "a slice with step 0");
  work(4 * object.own_weight());
  if (object.is(Value::Kind::text)) {
    const std::u32string letters = to_utf32(object.text());
    std::string out;
    for (const std::size_t i : slice_of(letters.size(), from, to, step))
      append_utf8(out, letters[i]);
    return Value(std::move(out));
  }
  if (!object.is(Value::Kind::list)) {
    fail(Fault::corrupt, cat("a slice of a value of type ", object.type_name()));
  }
  std::vector<Value> items;
  for (const std::size_t i : slice_of(object.items().size(), from, to, step)) {
    items.push_back(object.items()[i]);
  }
  return Value::list(std::move(items), object.is_tuple());
}

Value Interpreter::call_expression(const Expression& e) {
  const Expression& callee = *e.parts[0];
  if (callee.kind != Kind::attribute) {
    const Value f = eval(callee);
    const Arguments given = arguments(e.call);
    here_ = e.place;
    return call(f, given);
  }
  const Value object = eval(*callee.parts[0]);
  const Arguments given = arguments(e.call);
  here_ = callee.place;
  work(object.own_weight());
  auto result = call_method(*this, object, callee.name, given);
  if (result) {
    work(result->own_weight());
    return *result;
  }
  const Value f = member(object, callee.name);
  if (f.is_undefined()) {
    fail(Fault::corrupt, cat("a value of type ", object.type_name(), " has no method '",
                             escape_terminal(callee.name, 60), "'"));
  }
  return call(f, given);
}

Value Interpreter::unary(const Expression& e) {
  const Value v = eval(*e.parts[0]);
  here_ = e.place;
  if (e.name == "not") return Value(!v.truth());
  if (v.is_undefined()) fail(Fault::corrupt, cat(v.undefined().what, " is undefined"));
  if (!v.is_number())
    fail(Fault::corrupt, cat("'", e.name, "' of a value of type ", v.type_name()));
  if (v.is(Value::Kind::real)) return Value(e.name == "-" ? -v.real() : v.real());
  return e.name == "-" ? whole_arithmetic(*this, "-", 0, v.integer()) : Value(v.integer());
}

Value Interpreter::conditional(const Expression& e) {
  if (eval(*e.parts[1]).truth()) return eval(*e.parts[0]);
  return e.parts[2] != nullptr ? eval(*e.parts[2])
                               : Value(Undefined{"what the missing 'else' would give"});
}

Value Interpreter::list(const Expression& e) {
  std::vector<Value> items;
  for (const auto& part : e.parts) items.push_back(eval(*part));
  return Value::list(std::move(items), e.kind == Kind::tuple);
}

Value Interpreter::map(const Expression& e) {
  std::vector<std::pair<Value, Value>> entries;
  for (std::size_t i = 0; i + 1 < e.parts.size(); i += 2) {
    Value key = eval(*e.parts[i]);
    entries.emplace_back(std::move(key), eval(*e.parts[i + 1]));
  }
  here_ = e.place;
  return Value::map(std::move(entries));
}

Value Interpreter::eval_kind(const Expression& e) {
  switch (e.kind) {
    case Kind::constant: return e.value;
    case Kind::name: return name(e);
    case Kind::list:
    case Kind::tuple: return list(e);
    case Kind::map: return map(e);
    case Kind::attribute: {
      const Value object = eval(*e.parts[0]);
      here_ = e.place;
      Value v = member(object, e.name);
      if (!v.is_undefined() || !has_method(object, e.name)) return v;
      return bound_method(object, e.name);
    }
    case Kind::index: {
      const Value object = eval(*e.parts[0]);
      const Value key = eval(*e.parts[1]);
      here_ = e.place;
      return index(object, key);
    }
    case Kind::slice: return slice(e);
    case Kind::call: return call_expression(e);
    case Kind::filter:
    case Kind::test: {
      const Value subject = eval(*e.parts[0]);
      const Arguments given = arguments(e.call);
      here_ = e.place;
      work(subject.own_weight());
      if (e.kind == Kind::test) return Value(test(e.name, subject, given));
      Value v = filter(e.name, subject, given);
      work(v.own_weight());
      return v;
    }
    case Kind::unary: return unary(e);
    case Kind::binary: {
      const Value a = eval(*e.parts[0]);
      const Value b = eval(*e.parts[1]);
      here_ = e.place;
      return binary(*this, e.name, a, b);
    }
    case Kind::comparison: return comparison(e);
    case Kind::logic: {
      Value left = eval(*e.parts[0]);
      return left.truth() == (e.name == "or") ? left : eval(*e.parts[1]);
    }
    case Kind::conditional: return conditional(e);
  }
  return Value();
}

}  // namespace pare::templates
