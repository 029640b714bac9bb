#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "data/templates/parser.hpp"

namespace pare::templates {
namespace {

using Kind = Expression::Kind;

template <class... E>
std::vector<ExpressionPtr> parts_of(E... e) {
  std::vector<ExpressionPtr> parts;
  (parts.push_back(std::move(e)), ...);
  return parts;
}

bool is_comparison(const TokenStream& in) {
  for (const std::string_view s : {"==", "!=", "<", ">", "<=", ">="}) {
    if (in.is_sign(s)) return true;
  }
  return in.is_name("in") ||
         (in.is_name("not") && in.ahead().kind == Token::Kind::name && in.ahead().text == "in");
}

}  // namespace

Token TokenStream::take() {
  Token t = now();
  if (at_ + 1 < tokens_.size()) ++at_;
  return t;
}
bool TokenStream::take_sign(std::string_view text) {
  const bool there = is_sign(text);
  if (there) take();
  return there;
}
bool TokenStream::take_name(std::string_view text) {
  const bool there = is_name(text);
  if (there) take();
  return there;
}
void TokenStream::want_sign(std::string_view text) {
  if (!take_sign(text)) fail(cat("'", text, "' is wanted, not ", shown()));
}
void TokenStream::want(Token::Kind kind, std::string_view what) {
  if (!is(kind)) fail(cat(what, " is wanted, not ", shown()));
  take();
}
std::string TokenStream::want_name(std::string_view what) {
  if (!is(Token::Kind::name)) fail(cat(what, " is wanted, not ", shown()));
  return take().text;
}
void TokenStream::fail(const std::string& message) const {
  fail_at(now().place, Fault::corrupt, message);
}
std::string TokenStream::shown() const {
  switch (now().kind) {
    case Token::Kind::end: return "the end of the template";
    case Token::Kind::data: return "text";
    case Token::Kind::tag_end: return "the end of the tag";
    case Token::Kind::print_end: return "the end of the tag";
    case Token::Kind::tag_begin:
    case Token::Kind::print_begin: return "a tag";
    default: return "'" + escape_terminal(now().text, 40) + "'";
  }
}

ExpressionPtr ExpressionParser::checked(ExpressionPtr e) const {
  int inner = 0;
  const auto see = [&inner](const ExpressionPtr& part) {
    if (part != nullptr) inner = std::max(inner, part->depth);
  };
  for (const auto& p : e->parts) see(p);
  for (const auto& p : e->call.positional) see(p);
  for (const auto& [name, p] : e->call.named) see(p);
  e->depth = inner + 1;
  if (e->depth > kDeepestSyntax) {
    fail_at(e->place, Fault::resource, cat("an expression nested deeper than ", kDeepestSyntax));
  }
  return e;
}

ExpressionPtr ExpressionParser::make(Kind kind, const Place& place, std::string name,
                                     std::vector<ExpressionPtr> parts) {
  auto e = std::make_unique<Expression>();
  e->kind = kind;
  e->place = place;
  e->name = std::move(name);
  e->parts = std::move(parts);
  return checked(std::move(e));
}

ExpressionPtr ExpressionParser::tuple(bool with_condition) {
  const Place place = in_.now().place;
  ExpressionPtr first = conditional(with_condition);
  if (!in_.is_sign(",")) return first;
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(first));
  while (in_.take_sign(",")) {
    if (in_.is(Token::Kind::tag_end) || in_.is(Token::Kind::print_end) || in_.is_sign(")")) break;
    parts.push_back(conditional(with_condition));
  }
  return make(Kind::tuple, place, "", std::move(parts));
}

ExpressionPtr ExpressionParser::conditional(bool with_condition) {
  // Every way into itself comes through here.
  if (++depth_ > kDeepestSyntax) {
    fail_at(in_.now().place, Fault::resource,
            cat("an expression nested deeper than ", kDeepestSyntax));
  }
  ExpressionPtr e = logic_or();
  while (with_condition && in_.is_name("if")) {
    const Place place = in_.take().place;
    ExpressionPtr condition = logic_or();
    ExpressionPtr otherwise = in_.take_name("else") ? conditional(true) : nullptr;
    e = make(Kind::conditional, place, "",
             parts_of(std::move(e), std::move(condition), std::move(otherwise)));
  }
  --depth_;
  return e;
}

ExpressionPtr ExpressionParser::logic_or() {
  ExpressionPtr e = logic_and();
  while (in_.is_name("or")) {
    const Place place = in_.take().place;
    ExpressionPtr right = logic_and();
    e = make(Kind::logic, place, "or", parts_of(std::move(e), std::move(right)));
  }
  return e;
}

ExpressionPtr ExpressionParser::logic_and() {
  ExpressionPtr e = logic_not();
  while (in_.is_name("and")) {
    const Place place = in_.take().place;
    ExpressionPtr right = logic_not();
    e = make(Kind::logic, place, "and", parts_of(std::move(e), std::move(right)));
  }
  return e;
}

ExpressionPtr ExpressionParser::logic_not() {
  std::vector<Place> nots;
  while (in_.is_name("not") && !is_comparison(in_)) nots.push_back(in_.take().place);
  ExpressionPtr e = comparison();
  for (; !nots.empty(); nots.pop_back()) {
    e = make(Kind::unary, nots.back(), "not", parts_of(std::move(e)));
  }
  return e;
}

ExpressionPtr ExpressionParser::comparison() {
  ExpressionPtr e = sums();
  if (!is_comparison(in_)) return e;
  auto chain = std::make_unique<Expression>();
  chain->kind = Kind::comparison;
  chain->place = in_.now().place;
  chain->parts.push_back(std::move(e));
  while (is_comparison(in_)) {
    std::string sign = in_.take().text;
    if (sign == "not") sign += " " + in_.take().text;
    chain->signs.push_back(std::move(sign));
    chain->parts.push_back(sums());
  }
  return checked(std::move(chain));
}

ExpressionPtr ExpressionParser::left_to_right(ExpressionPtr (ExpressionParser::*next)(),
                                              std::initializer_list<std::string_view> signs) {
  ExpressionPtr e = (this->*next)();
  const auto is_one = [&](std::string_view s) { return in_.is_sign(s); };
  while (std::any_of(signs.begin(), signs.end(), is_one)) {
    const Token sign = in_.take();
    ExpressionPtr right = (this->*next)();
    e = make(Kind::binary, sign.place, sign.text, parts_of(std::move(e), std::move(right)));
  }
  return e;
}

ExpressionPtr ExpressionParser::sums() {
  return left_to_right(&ExpressionParser::joins, {"+", "-"});
}
ExpressionPtr ExpressionParser::joins() {
  return left_to_right(&ExpressionParser::products, {"~"});
}
ExpressionPtr ExpressionParser::products() {
  return left_to_right(&ExpressionParser::power, {"*", "/", "//", "%"});
}

ExpressionPtr ExpressionParser::power() {
  ExpressionPtr e = unary(true);
  while (in_.is_sign("**")) {
    const Place place = in_.take().place;
    ExpressionPtr right = unary(true);
    e = make(Kind::binary, place, "**", parts_of(std::move(e), std::move(right)));
  }
  return e;
}

ExpressionPtr ExpressionParser::unary(bool with_filters) {
  std::vector<Token> signs;
  while (in_.is_sign("-") || in_.is_sign("+")) signs.push_back(in_.take());
  ExpressionPtr e = postfix(primary());
  for (; !signs.empty(); signs.pop_back()) {
    e = make(Kind::unary, signs.back().place, signs.back().text, parts_of(std::move(e)));
  }
  return with_filters ? filters(std::move(e)) : std::move(e);
}

ExpressionPtr ExpressionParser::primary() {
  const Token t = in_.now();
  auto e = std::make_unique<Expression>();
  e->place = t.place;
  if (t.kind == Token::Kind::name) return name_or_constant();
  if (t.kind == Token::Kind::text) {
    std::string text;
    while (in_.is(Token::Kind::text)) text += in_.take().text;
    e->value = Value(std::move(text));
    return e;
  }
  if (t.kind == Token::Kind::integer) {
    std::int64_t i = 0;
    const auto [end, ec] = std::from_chars(t.text.data(), t.text.data() + t.text.size(), i);
    if (ec != std::errc()) in_.fail("the number is too large");
    in_.take();
    e->value = Value(i);
    return e;
  }
  if (t.kind == Token::Kind::real) {
    double d = 0;
    std::from_chars(t.text.data(), t.text.data() + t.text.size(), d);
    in_.take();
    e->value = Value(d);
    return e;
  }
  if (in_.take_sign("(")) {
    if (in_.take_sign(")")) return make(Kind::tuple, t.place, "", {});
    ExpressionPtr inner = tuple(true);
    in_.want_sign(")");
    return inner;
  }
  if (in_.is_sign("[")) return list();
  if (in_.is_sign("{")) return map();
  in_.fail(cat("an expression is wanted, not ", in_.shown()));
}

ExpressionPtr ExpressionParser::name_or_constant() {
  const Token t = in_.take();
  auto e = std::make_unique<Expression>();
  e->place = t.place;
  if (t.text == "true" || t.text == "True") {
    e->value = Value(true);
  } else if (t.text == "false" || t.text == "False") {
    e->value = Value(false);
  } else if (t.text == "none" || t.text == "None") {
    e->value = Value(nullptr);
  } else {
    e->kind = Kind::name;
    e->name = t.text;
  }
  return e;
}

ExpressionPtr ExpressionParser::list() {
  const Place place = in_.take().place;
  std::vector<ExpressionPtr> parts;
  while (!in_.is_sign("]")) {
    if (!parts.empty()) {
      in_.want_sign(",");
      if (in_.is_sign("]")) break;
    }
    parts.push_back(expression());
  }
  in_.want_sign("]");
  return make(Kind::list, place, "", std::move(parts));
}

ExpressionPtr ExpressionParser::map() {
  const Place place = in_.take().place;
  std::vector<ExpressionPtr> parts;
  while (!in_.is_sign("}")) {
    if (!parts.empty()) {
      in_.want_sign(",");
      if (in_.is_sign("}")) break;
    }
    parts.push_back(expression());
    in_.want_sign(":");
    parts.push_back(expression());
  }
  in_.want_sign("}");
  return make(Kind::map, place, "", std::move(parts));
}

ExpressionPtr ExpressionParser::postfix(ExpressionPtr e) {
  for (;;) {
    const Place place = in_.now().place;
    if (in_.take_sign(".")) {
      std::string name;
      if (in_.is(Token::Kind::integer)) {
        auto index = std::make_unique<Expression>();
        index->place = place;
        index->value = Value(static_cast<std::int64_t>(std::stol(in_.take().text.substr(0, 9))));
        e = make(Kind::index, place, "", parts_of(std::move(e), std::move(index)));
        continue;
      }
      name = in_.want_name("the name of a member");
      e = make(Kind::attribute, place, std::move(name), parts_of(std::move(e)));
    } else if (in_.take_sign("[")) {
      e = subscript(std::move(e));
    } else if (in_.is_sign("(")) {
      auto call = std::make_unique<Expression>();
      call->kind = Kind::call;
      call->place = place;
      call->parts.push_back(std::move(e));
      call->call = call_parts();
      e = checked(std::move(call));
    } else {
      return e;
    }
  }
}

ExpressionPtr ExpressionParser::subscript(ExpressionPtr e) {
  const Place place = in_.now().place;
  std::vector<ExpressionPtr> bounds(1);
  bool slice = false;
  for (;;) {
    if (in_.take_sign(":")) {
      slice = true;
      bounds.emplace_back();
      if (bounds.size() > 3) in_.fail("a slice with more than three parts");
    } else if (in_.take_sign("]")) {
      break;
    } else if (bounds.back() != nullptr) {
      in_.fail(cat("']' is wanted, not ", in_.shown()));
    } else {
      bounds.back() = expression();
    }
  }
  if (!slice && bounds[0] == nullptr) fail_at(place, Fault::corrupt, "an index is wanted");
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(e));
  for (ExpressionPtr& b : bounds) parts.push_back(std::move(b));
  if (slice) parts.resize(4);
  return make(slice ? Kind::slice : Kind::index, place, "", std::move(parts));
}

CallParts ExpressionParser::call_parts() {
  CallParts call;
  in_.want_sign("(");
  bool first = true;
  while (!in_.is_sign(")")) {
    if (!first) {
      in_.want_sign(",");
      if (in_.is_sign(")")) break;
    }
    first = false;
    if (in_.is_sign("*") || in_.is_sign("**")) {
      fail_at(in_.now().place, Fault::unsupported, "arguments from a list or mapping");
    }
    const bool named = in_.is(Token::Kind::name) && in_.ahead().kind == Token::Kind::sign &&
                       in_.ahead().text == "=";
    if (named) {
      std::string name = in_.take().text;
      in_.take();
      call.named.emplace_back(std::move(name), expression());
    } else {
      if (!call.named.empty()) in_.fail("an argument without name behind one with a name");
      call.positional.push_back(expression());
    }
  }
  in_.want_sign(")");
  return call;
}

ExpressionPtr ExpressionParser::filters(ExpressionPtr e) {
  for (;;) {
    const Place place = in_.now().place;
    if (in_.take_sign("|")) {
      auto filter = std::make_unique<Expression>();
      filter->kind = Kind::filter;
      filter->place = place;
      filter->name = in_.want_name("the name of a filter");
      filter->parts.push_back(std::move(e));
      if (in_.is_sign("(")) filter->call = call_parts();
      e = postfix(checked(std::move(filter)));
    } else if (in_.is_name("is")) {
      e = test(std::move(e));
    } else {
      return e;
    }
  }
}

bool ExpressionParser::begins_argument() const {
  switch (in_.now().kind) {
    case Token::Kind::text:
    case Token::Kind::integer:
    case Token::Kind::real: return true;
    case Token::Kind::name:
      return !in_.is_name("else") && !in_.is_name("or") && !in_.is_name("and") &&
             !in_.is_name("is") && !in_.is_name("if") && !in_.is_name("in") && !in_.is_name("not");
    default: return in_.is_sign("[") || in_.is_sign("{");
  }
}

ExpressionPtr ExpressionParser::test(ExpressionPtr e) {
  auto test = std::make_unique<Expression>();
  test->kind = Kind::test;
  test->place = in_.take().place;
  const bool negated = in_.take_name("not");
  test->name = in_.want_name("the name of a test");
  test->parts.push_back(std::move(e));
  if (in_.is_sign("(")) {
    test->call = call_parts();
  } else if (begins_argument()) {
    test->call.positional.push_back(postfix(primary()));
  }
  const Place place = test->place;
  ExpressionPtr done = checked(std::move(test));
  return negated ? make(Kind::unary, place, "not", parts_of(std::move(done))) : std::move(done);
}

}  // namespace pare::templates
