#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "data/templates/syntax.hpp"

namespace pare::templates {

/// Depth of expressions and tags within each other; what evaluates them recurses as deeply.
inline constexpr int kDeepestSyntax = 200;
/// The name of the text that a block gives to its filters; no template can say it.
inline constexpr std::string_view kHole = "{}";

/// The tokens of a template, read one after the other.
class TokenStream {
 public:
  explicit TokenStream(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  [[nodiscard]] const Token& now() const { return tokens_[at_]; }
  [[nodiscard]] const Token& ahead() const {
    return tokens_[std::min(at_ + 1, tokens_.size() - 1)];
  }
  Token take();
  [[nodiscard]] bool is(Token::Kind kind) const { return now().kind == kind; }
  [[nodiscard]] bool is_sign(std::string_view text) const {
    return is(Token::Kind::sign) && now().text == text;
  }
  [[nodiscard]] bool is_name(std::string_view text) const {
    return is(Token::Kind::name) && now().text == text;
  }
  bool take_sign(std::string_view text);
  bool take_name(std::string_view text);
  /// Errors: Fault::corrupt when something else stands there.
  void want_sign(std::string_view text);
  void want(Token::Kind kind, std::string_view what);
  std::string want_name(std::string_view what);
  [[noreturn]] void fail(const std::string& message) const;
  /// What stands there, for messages.
  [[nodiscard]] std::string shown() const;

 private:
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

/// Reads expressions.
class ExpressionParser {
 public:
  explicit ExpressionParser(TokenStream& in) : in_(in) {}

  /// Up to "," or the end of what is an expression.
  ExpressionPtr expression() { return conditional(true); }
  /// An expression without "if ... else", as filters of loops need it.
  ExpressionPtr plain() { return logic_or(); }
  /// Several with commas between make a tuple.
  ExpressionPtr tuple(bool with_condition);
  /// Filters and tests behind `e`.
  ExpressionPtr filters(ExpressionPtr e);
  CallParts call_parts();

 private:
  ExpressionPtr conditional(bool with_condition);
  ExpressionPtr logic_or();
  ExpressionPtr logic_and();
  ExpressionPtr logic_not();
  ExpressionPtr comparison();
  ExpressionPtr sums();
  ExpressionPtr joins();
  ExpressionPtr products();
  ExpressionPtr power();
  ExpressionPtr unary(bool with_filters);
  ExpressionPtr primary();
  ExpressionPtr name_or_constant();
  ExpressionPtr list();
  ExpressionPtr map();
  ExpressionPtr postfix(ExpressionPtr e);
  ExpressionPtr subscript(ExpressionPtr e);
  ExpressionPtr test(ExpressionPtr e);
  [[nodiscard]] bool begins_argument() const;
  ExpressionPtr left_to_right(ExpressionPtr (ExpressionParser::*next)(),
                              std::initializer_list<std::string_view> signs);
  ExpressionPtr make(Expression::Kind kind, const Place& place, std::string name,
                     std::vector<ExpressionPtr> parts);
  /// Sets the depth from the parts.
  ExpressionPtr checked(ExpressionPtr e) const;

  TokenStream& in_;
  int depth_ = 0;
};

}  // namespace pare::templates
