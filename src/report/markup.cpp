#include "report/markup.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare::report {
namespace {

std::string fill(std::string_view pattern, const std::vector<Phrase>& parts, bool korean) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool place = pattern[at] == '{' && at + 2 < pattern.size() && pattern[at + 2] == '}' &&
                       pattern[at + 1] >= '0' && pattern[at + 1] <= '9';
    if (!place) {
      out += pattern[at];
      continue;
    }
    const auto which = static_cast<std::size_t>(pattern[at + 1] - '0');
    require(which < parts.size(), "a text of the report has more places than parts");
    out += korean ? parts[which].ko : parts[which].en;
    at += 2;
  }
  return out;
}

/// Characters that hide or turn text around become visible escapes; line ends stay.
std::string visible(std::string_view text) {
  constexpr std::size_t kMostCharacters = 1000000;
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) line = escape_terminal(line, kMostCharacters);
  return escape_html(pare::join(lines, "\n"));
}

}  // namespace

Phrase plain(std::string_view text) { return same(visible(text)); }

Phrase same(const std::string& html) { return {html, html}; }

Phrase say(const Word& word, const std::vector<Phrase>& parts) {
  return {fill(escape_html(word.en), parts, false), fill(escape_html(word.ko), parts, true)};
}

Phrase join(const std::vector<Phrase>& parts, std::string_view separator) {
  Phrase out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) {
      out.en += separator;
      out.ko += separator;
    }
    out.en += parts[i].en;
    out.ko += parts[i].ko;
  }
  return out;
}

std::string html(const Phrase& phrase) {
  if (phrase.en == phrase.ko) return phrase.en;
  return cat("<span lang=\"en\">", phrase.en, "</span><span lang=\"ko\">", phrase.ko, "</span>");
}

std::string svg_text(double x, double y, const Phrase& phrase, std::string_view attributes) {
  const std::string head = cat("<text x=\"", svg_number(x), "\" y=\"", svg_number(y), "\"",
                               attributes.empty() ? "" : " ", attributes);
  if (phrase.en == phrase.ko) return cat(head, ">", phrase.en, "</text>");
  return cat(head, " lang=\"en\">", phrase.en, "</text>", head, " lang=\"ko\">", phrase.ko,
             "</text>");
}

std::string name(std::string_view text) { return cat("<bdi>", visible(text), "</bdi>"); }

std::string pre(std::string_view text) {
  // The parser drops one line end behind the tag: this one.
  return cat("<pre tabindex=\"0\">\n", visible(text), "</pre>");
}

std::string column(const Word& word, bool numeric) {
  return cat("<th scope=\"col\"", numeric ? " class=\"number\">" : ">", html(word), "</th>");
}

std::string number_cell(const std::string& html, double sort_by) {
  return cat("<td class=\"number\" data-sort=\"", std::isfinite(sort_by) ? cat(sort_by) : "", "\">",
             html, "</td>");
}

std::string number_cell(const std::string& html) {
  return cat("<td class=\"number\">", html, "</td>");
}

std::string entry(const Word& term, const std::string& value) {
  if (value.empty()) return {};
  return cat("<div><dt>", html(term), "</dt><dd>", value, "</dd></div>");
}

std::string section(std::string_view id, const Word& title, const std::string& body) {
  if (body.empty()) return {};
  return cat("<section id=\"", id, "\" aria-labelledby=\"", id, "-title\"><h2 id=\"", id,
             "-title\">", html(title), "</h2>\n", body, "</section>\n");
}

std::string note(const Phrase& phrase) { return cat("<p class=\"note\">", html(phrase), "</p>\n"); }

std::string bar(double share, std::string_view css_class) {
  const double width = std::isfinite(share) ? 100 * std::clamp(share, 0.0, 1.0) : 0;
  return cat("<svg class=\"bar\" aria-hidden=\"true\"><rect class=\"", css_class, "\" width=\"",
             svg_number(width), "%\" height=\"100%\" rx=\"1.5\"/></svg>");
}

std::string svg_number(double value) {
  std::array<char, 40> out{};
  const double safe = std::isfinite(value) ? std::clamp(value, -1e9, 1e9) : 0;
  const int n = std::snprintf(out.data(), out.size(), "%.2f", safe);
  std::string digits(out.data(), static_cast<std::size_t>(std::max(n, 0)));
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits == "-0" ? "0" : digits;
}

}  // namespace pare::report
