#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "data/templates/syntax.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare::templates {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// One line end for all systems; the last one of the text does not count.
std::string with_line_ends(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      out += '\n';
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
    } else {
      out += source[i];
    }
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(with_line_ends(source)) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) outside();
    out_.push_back({Token::Kind::end, "", place()});
    return std::move(out_);
  }

 private:
  /// The place of at_; asked for in order, so that it costs one walk in all.
  Place place() {
    for (; counted_ < at_; ++counted_) {
      if (source_[counted_] == '\n') {
        ++here_.line;
        here_.column = 1;
      } else if ((static_cast<unsigned char>(source_[counted_]) & 0xC0U) != 0x80) {
        ++here_.column;
      }
    }
    return here_;
  }
  [[nodiscard]] bool at(std::string_view text) const {
    return source_.compare(at_, text.size(), text) == 0;
  }
  [[noreturn]] void fail(const std::string& message) { fail_at(place(), Fault::corrupt, message); }

  /// Text up to the next tag, and the tag.
  void outside() {
    std::size_t next = at_;
    for (;; ++next) {
      next = source_.find('{', next);
      if (next == std::string::npos || next + 1 >= source_.size()) {
        next = source_.size();
        break;
      }
      const char kind = source_[next + 1];
      if (kind == '{' || kind == '%' || kind == '#') break;
    }
    std::string_view text = std::string_view{source_}.substr(at_, next - at_);
    const Place begin = place();
    if (next < source_.size()) text = before_tag(text, next);
    if (!text.empty()) out_.push_back({Token::Kind::data, std::string(text), begin});
    at_ = next;
    if (at_ < source_.size()) tag();
  }

  /// The text before a tag at `next`, without the white space that the tag takes.
  [[nodiscard]] std::string_view before_tag(std::string_view text, std::size_t next) const {
    const char sign = next + 2 < source_.size() ? source_[next + 2] : ' ';
    if (sign == '-') {
      while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
      return text;
    }
    if (sign == '+' || source_[next + 1] == '{') return text;
    const std::size_t line = text.rfind('\n');
    const std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
    const bool whole_line =
        begin > 0 || next - text.size() == 0 || source_[next - text.size() - 1] == '\n';
    const bool blank =
        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), is_space);
    return whole_line && blank ? text.substr(0, begin) : text;
  }

  void skip_space() {
    while (at_ < source_.size() && is_space(source_[at_])) ++at_;
  }
  /// Behind a tag that ended with "-" or plainly.
  void after_tag(bool strip, bool line_end) {
    if (strip) {
      skip_space();
    } else if (line_end && at_ < source_.size() && source_[at_] == '\n') {
      ++at_;
    }
  }

  void tag() {
    const Place begin = place();
    const char kind = source_[at_ + 1];
    at_ += 2;
    if (at_ < source_.size() && (source_[at_] == '-' || source_[at_] == '+')) ++at_;
    if (kind == '#') {
      comment(begin);
    } else if (kind == '%') {
      if (!raw(begin)) inside(begin, "%}", Token::Kind::tag_begin, Token::Kind::tag_end);
    } else {
      inside(begin, "}}", Token::Kind::print_begin, Token::Kind::print_end);
    }
  }

  void comment(const Place& begin) {
    const std::size_t end = source_.find("#}", at_);
    if (end == std::string::npos) fail_at(begin, Fault::corrupt, "the comment has no end");
    const char sign = end > at_ ? source_[end - 1] : ' ';
    at_ = end + 2;
    after_tag(sign == '-', sign != '+');
  }

  /// {% raw %} ... {% endraw %}: text, whatever it holds.
  bool raw(const Place& begin) {
    std::size_t p = at_;
    const auto blanks = [&] {
      while (p < source_.size() && is_space(source_[p])) ++p;
    };
    blanks();
    if (source_.compare(p, 3, "raw") != 0) return false;
    p += 3;
    blanks();
    const bool strip = p < source_.size() && source_[p] == '-';
    if (strip) ++p;
    if (source_.compare(p, 2, "%}") != 0) return false;
    at_ = p + 2;
    after_tag(strip, true);
    const std::size_t from = at_;
    for (std::size_t open = source_.find("{%", at_); open != std::string::npos;
         open = source_.find("{%", open + 2)) {
      p = open + 2;
      if (p < source_.size() && (source_[p] == '-' || source_[p] == '+')) ++p;
      blanks();
      if (source_.compare(p, 6, "endraw") != 0) continue;
      p += 6;
      blanks();
      const bool strips = p < source_.size() && source_[p] == '-';
      if (strips) ++p;
      if (source_.compare(p, 2, "%}") != 0) continue;
      const std::string_view text =
          before_tag(std::string_view{source_}.substr(from, open - from), open);
      if (!text.empty()) out_.push_back({Token::Kind::data, std::string(text), begin});
      at_ = p + 2;
      after_tag(strips, true);
      return true;
    }
    fail_at(begin, Fault::corrupt, "{% raw %} has no {% endraw %}");
  }

  /// What stands in a tag.
  void inside(const Place& begin, std::string_view end, Token::Kind open, Token::Kind close) {
    out_.push_back({open, "", begin});
    int brackets = 0;
    for (;;) {
      skip_space();
      if (at_ >= source_.size()) fail_at(begin, Fault::corrupt, "the tag has no end");
      const bool sign = source_[at_] == '-' || source_[at_] == '+';
      if (brackets == 0 && (at(end) || (sign && source_.compare(at_ + 1, 2, end) == 0))) {
        const bool strip = source_[at_] == '-';
        const bool plain = at(end);
        out_.push_back({close, "", place()});
        at_ += plain ? 2 : 3;
        after_tag(strip, plain && close == Token::Kind::tag_end);
        return;
      }
      word(brackets);
    }
  }

  void word(int& brackets) {
    const Place begin = place();
    const char c = source_[at_];
    if (begins_name(c)) {
      const std::size_t from = at_;
      while (at_ < source_.size() && (begins_name(source_[at_]) || is_digit(source_[at_]))) ++at_;
      out_.push_back({Token::Kind::name, source_.substr(from, at_ - from), begin});
    } else if (is_digit(c)) {
      number(begin);
    } else if (c == '"' || c == '\'') {
      out_.push_back({Token::Kind::text, quoted(), begin});
    } else {
      sign(begin, brackets);
    }
  }

  void number(const Place& begin) {
    const std::size_t from = at_;
    bool real = false;
    const auto digits = [&] {
      while (at_ < source_.size() && (is_digit(source_[at_]) || source_[at_] == '_')) ++at_;
    };
    digits();
    if (at_ + 1 < source_.size() && source_[at_] == '.' && is_digit(source_[at_ + 1])) {
      real = true;
      ++at_;
      digits();
    }
    if (at_ < source_.size() && (source_[at_] == 'e' || source_[at_] == 'E')) {
      const std::size_t e = at_++;
      if (at_ < source_.size() && (source_[at_] == '-' || source_[at_] == '+')) ++at_;
      if (at_ < source_.size() && is_digit(source_[at_])) {
        real = true;
        digits();
      } else {
        at_ = e;
      }
    }
    std::string text = source_.substr(from, at_ - from);
    std::erase(text, '_');
    out_.push_back({real ? Token::Kind::real : Token::Kind::integer, std::move(text), begin});
  }

  std::string quoted() {
    const char quote = source_[at_++];
    std::string out;
    for (;;) {
      if (at_ >= source_.size()) fail("a text without its closing quote");
      const char c = source_[at_++];
      if (c == quote) return out;
      if (c == '\\' && at_ < source_.size()) {
        escape(out);
      } else {
        out += c;
      }
    }
  }

  void escape(std::string& out) {
    constexpr std::string_view kNames = "ntrbfav0\\'\"";
    constexpr std::string_view kMeanings("\n\t\r\b\f\a\v\0\\'\"", 11);
    const char c = source_[at_++];
    const std::size_t known = kNames.find(c);
    if (known != std::string_view::npos) {
      out += kMeanings[known];
    } else if (c == 'x' || c == 'u' || c == 'U') {
      const std::size_t n = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      const std::string digits = source_.substr(at_, n);
      if (digits.size() < n ||
          digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
        fail("an escape with too few digits");
      }
      const unsigned long value = std::stoul(digits, nullptr, 16);
      if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
        fail("an escape for no character");
      append_utf8(out, static_cast<char32_t>(value));
      at_ += n;
    } else if (c != '\n') {  // a line that goes on
      out += '\\';
      out += c;
    }
  }

  void sign(const Place& begin, int& brackets) {
    constexpr std::array<std::string_view, 6> kLong = {"==", "!=", "<=", ">=", "//", "**"};
    std::string text(1, source_[at_]);
    for (const std::string_view s : kLong) {
      if (at(s)) text = s;
    }
    constexpr std::string_view kSigns = "+-*/%~<>=()[]{}|,.:";
    if (text.size() == 1 && kSigns.find(text[0]) == std::string_view::npos) {
      fail(cat("'",
               escape_terminal(std::string_view{source_}.substr(at_, utf8_at(source_, at_).size)),
               "' means nothing here"));
    }
    if (text == "(" || text == "[" || text == "{") ++brackets;
    if (text == ")" || text == "]" || text == "}") brackets = std::max(0, brackets - 1);
    at_ += text.size();
    out_.push_back({Token::Kind::sign, std::move(text), begin});
  }

  std::string source_;
  std::size_t at_ = 0;
  std::size_t counted_ = 0;
  Place here_;
  std::vector<Token> out_;
};

}  // namespace

void fail_at(const Place& place, Fault fault, const std::string& message) {
  throw Error(fault, cat("template line ", place.line, ", column ", place.column, ": ", message));
}

std::vector<Token> tokens_of(std::string_view source) { return Lexer(source).run(); }

}  // namespace pare::templates
