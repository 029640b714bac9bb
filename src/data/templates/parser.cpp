#include "data/templates/parser.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "base/text.hpp"

namespace pare::templates {
namespace {

using Kind = Statement::Kind;
using StatementPtr = std::unique_ptr<Statement>;

class Parser {
 public:
  explicit Parser(std::string_view source) : in_(tokens_of(source)), expressions_(in_) {}

  Block run() {
    Block all = block({});
    if (!in_.is(Token::Kind::end)) in_.fail(cat("there is nothing to end with ", in_.shown()));
    return all;
  }

 private:
  /// Statements up to a tag with one of the names, of which the name is next then.
  Block block(const std::vector<std::string_view>& ends) {
    if (++depth_ > kDeepestSyntax / 2) {
      fail_at(in_.now().place, Fault::resource,
              cat("tags nested deeper than ", kDeepestSyntax / 2));
    }
    Block out;
    while (!in_.is(Token::Kind::end)) {
      const Place place = in_.now().place;
      if (in_.is(Token::Kind::data)) {
        auto s = make(Kind::data, place);
        s->name = in_.take().text;
        out.push_back(std::move(s));
      } else if (in_.is(Token::Kind::print_begin)) {
        in_.take();
        auto s = make(Kind::print, place);
        s->expressions.push_back(expressions_.tuple(true));
        in_.want(Token::Kind::print_end, "'}}'");
        out.push_back(std::move(s));
      } else {
        in_.want(Token::Kind::tag_begin, "a tag");
        const auto ends_here = [&](std::string_view e) { return in_.is_name(e); };
        if (std::any_of(ends.begin(), ends.end(), ends_here)) {
          --depth_;
          return out;
        }
        out.push_back(tag(place));
      }
    }
    if (!ends.empty()) in_.fail(cat("{% ", ends.back(), " %} is missing"));
    --depth_;
    return out;
  }

  static StatementPtr make(Kind kind, const Place& place) {
    auto s = std::make_unique<Statement>();
    s->kind = kind;
    s->place = place;
    return s;
  }

  void close() { in_.want(Token::Kind::tag_end, "'%}'"); }
  /// The body of a tag up to its end tag.
  Block body(std::string_view end) {
    close();
    Block b = block({end});
    in_.take();
    return b;
  }

  StatementPtr tag(const Place& place) {
    const std::string name = in_.want_name("the name of a tag");
    if (name == "if") return condition(place);
    if (name == "for") return loop(place);
    if (name == "set") return assign(place);
    if (name == "macro") return macro(place);
    if (name == "call") return call(place);
    if (name == "filter") return filter(place);
    if (name == "with") return scope(place);
    if (name == "generation") {  // marks what a model wrote, for training
      auto s = make(Kind::group, place);
      s->blocks.push_back(body("endgeneration"));
      close();
      return s;
    }
    if (name == "break" || name == "continue") {
      if (loops_ == 0) fail_at(place, Fault::corrupt, cat("{% ", name, " %} outside of a loop"));
      close();
      return make(name == "break" ? Kind::leave : Kind::go_on, place);
    }
    constexpr std::array<std::string_view, 6> kOutside = {"include", "import", "from",
                                                          "extends", "block",  "autoescape"};
    if (std::find(kOutside.begin(), kOutside.end(), name) != kOutside.end()) {
      fail_at(place, Fault::unsupported, cat("{% ", name, " %} is not part of chat templates"));
    }
    fail_at(place, Fault::corrupt, cat("there is no tag '", escape_terminal(name, 40), "' here"));
  }

  StatementPtr condition(const Place& place) {
    auto s = make(Kind::condition, place);
    s->expressions.push_back(expressions_.tuple(true));
    for (;;) {
      close();
      s->blocks.push_back(block({"elif", "else", "endif"}));
      const std::string name = in_.take().text;
      if (name == "endif") break;
      if (s->blocks.size() > s->expressions.size()) in_.fail("another branch behind {% else %}");
      if (name == "elif") s->expressions.push_back(expressions_.tuple(true));
    }
    close();
    return s;
  }

  StatementPtr loop(const Place& place) {
    auto s = make(Kind::loop, place);
    s->target = target(false);
    if (!in_.take_name("in")) in_.fail(cat("'in' is wanted, not ", in_.shown()));
    s->expressions.push_back(expressions_.tuple(false));
    s->expressions.push_back(in_.take_name("if") ? expressions_.expression() : nullptr);
    if (in_.is_name("recursive")) {
      fail_at(in_.now().place, Fault::unsupported, "loops that call themselves");
    }
    close();
    ++loops_;
    s->blocks.push_back(block({"else", "endfor"}));
    --loops_;
    if (in_.take().text == "else") s->blocks.push_back(body("endfor"));
    close();
    return s;
  }

  Target target(bool members) {
    Target t;
    const bool bracket = in_.take_sign("(");
    do {
      if (!t.names.empty() && !in_.is(Token::Kind::name)) break;
      t.names.push_back(in_.want_name("a name"));
      if (members && in_.take_sign(".")) {
        t.member = in_.want_name("the name of a member");
        return t;
      }
      t.several = t.several || in_.is_sign(",");
    } while (in_.take_sign(","));
    if (bracket) in_.want_sign(")");
    return t;
  }

  StatementPtr assign(const Place& place) {
    auto s = make(Kind::assign, place);
    s->target = target(true);
    if (in_.take_sign("=")) {
      s->expressions.push_back(expressions_.tuple(true));
      close();
      return s;
    }
    if (s->target.several) in_.fail("'=' is wanted behind several names");
    // The text of a block, through filters.
    s->expressions.push_back(block_filters());
    s->blocks.push_back(body("endset"));
    close();
    return s;
  }

  /// Filters on a text that is not known yet, or null when there are none.
  ExpressionPtr block_filters() {
    if (!in_.is_sign("|")) return nullptr;
    auto hole = std::make_unique<Expression>();
    hole->place = in_.now().place;
    hole->kind = Expression::Kind::name;
    hole->name = std::string(kHole);
    return expressions_.filters(std::move(hole));
  }

  std::vector<std::pair<std::string, ExpressionPtr>> parameters() {
    std::vector<std::pair<std::string, ExpressionPtr>> all;
    in_.want_sign("(");
    while (!in_.is_sign(")")) {
      if (!all.empty()) in_.want_sign(",");
      std::string name = in_.want_name("the name of a parameter");
      ExpressionPtr otherwise = in_.take_sign("=") ? expressions_.expression() : nullptr;
      if (otherwise == nullptr && !all.empty() && all.back().second != nullptr) {
        in_.fail("a parameter without default behind one with a default");
      }
      all.emplace_back(std::move(name), std::move(otherwise));
    }
    in_.want_sign(")");
    return all;
  }

  StatementPtr macro(const Place& place) {
    auto s = make(Kind::macro, place);
    s->name = in_.want_name("the name of the macro");
    s->parameters = parameters();
    const int loops = std::exchange(loops_, 0);  // which a macro cannot leave
    s->blocks.push_back(body("endmacro"));
    loops_ = loops;
    close();
    return s;
  }

  StatementPtr call(const Place& place) {
    auto s = make(Kind::call_block, place);
    if (in_.is_sign("(")) s->parameters = parameters();
    s->expressions.push_back(expressions_.expression());
    if (s->expressions[0]->kind != Expression::Kind::call) {
      fail_at(place, Fault::corrupt, "{% call %} wants a call");
    }
    const int loops = std::exchange(loops_, 0);
    s->blocks.push_back(body("endcall"));
    loops_ = loops;
    close();
    return s;
  }

  StatementPtr filter(const Place& place) {
    auto s = make(Kind::filter_block, place);
    auto hole = std::make_unique<Expression>();
    hole->place = place;
    hole->kind = Expression::Kind::name;
    hole->name = std::string(kHole);
    auto first = std::make_unique<Expression>();
    first->kind = Expression::Kind::filter;
    first->place = in_.now().place;
    first->name = in_.want_name("the name of a filter");
    first->parts.push_back(std::move(hole));
    if (in_.is_sign("(")) first->call = expressions_.call_parts();
    first->depth = 2;
    s->expressions.push_back(expressions_.filters(std::move(first)));
    s->blocks.push_back(body("endfilter"));
    close();
    return s;
  }

  StatementPtr scope(const Place& place) {
    auto s = make(Kind::scope, place);
    while (in_.is(Token::Kind::name)) {
      std::string name = in_.take().text;
      in_.want_sign("=");
      s->parameters.emplace_back(std::move(name), expressions_.expression());
      if (!in_.take_sign(",")) break;
    }
    s->blocks.push_back(body("endwith"));
    close();
    return s;
  }

  TokenStream in_;
  ExpressionParser expressions_;
  int depth_ = 0;
  int loops_ = 0;
};

}  // namespace

Block parse_template(std::string_view source) { return Parser(source).run(); }

}  // namespace pare::templates
