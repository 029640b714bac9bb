#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "report/figures.hpp"
#include "report/sections.hpp"

namespace pare::report {
namespace {

constexpr double kWidth = 660, kHeight = 260, kLeft = 46, kRight = 650, kTop = 24, kBottom = 208;

struct Histogram {
  std::vector<double> edges;
  std::vector<double> counts;
  double most = 0, total = 0;
};

Histogram histogram_of(const Json& record) {
  const Json& json = member(record, "error_histogram");
  Histogram h;
  for (const Json& e : list(json, "edges")) {
    if (e.is_number()) h.edges.push_back(e.get<double>());
  }
  for (const Json& c : list(json, "counts_after")) {
    const double n = c.is_number() ? c.get<double>() : 0;
    h.counts.push_back(n > 0 && std::isfinite(n) ? n : 0);
    h.most = std::max(h.most, h.counts.back());
    h.total += h.counts.back();
  }
  return h;
}

std::string histogram_svg(const Histogram& h) {
  std::string out = cat("<svg class=\"plot\" viewBox=\"0 0 ", kWidth, " ", kHeight,
                        "\" role=\"img\" aria-labelledby=\"errors-title errors-note\">");
  const double width = (kRight - kLeft) / static_cast<double>(h.counts.size());
  for (std::size_t i = 0; i < h.counts.size(); ++i) {
    const double height = (kBottom - kTop) * h.counts[i] / h.most;
    const double x = kLeft + width * static_cast<double>(i);
    if (h.counts[i] > 0) {
      out += cat("<rect class=\"column\" x=\"", svg_number(x + 1.5), "\" y=\"",
                 svg_number(kBottom - height), "\" width=\"", svg_number(width - 3), "\" height=\"",
                 svg_number(height), "\"/>");
      out += svg_text(x + width / 2, kBottom - height - 6, same(count(h.counts[i])), "class=\"x\"");
    }
    if (i % 2 == 0) {
      out += svg_text(x, kBottom + 18, same(decimal(h.edges[i], 0)), "class=\"x\"");
    }
  }
  // The last bin has no upper end.
  out += svg_text(kRight, kBottom + 18, same("\u221e"), "class=\"x\"");
  out += cat("<line class=\"axis\" x1=\"", kLeft, "\" y1=\"", kBottom, "\" x2=\"", kRight,
             "\" y2=\"", kBottom, "\"/>");
  out +=
      svg_text((kLeft + kRight) / 2, kHeight - 10, say(word("errors_axis")), "class=\"title x\"");
  return out + "</svg>";
}

std::string verification_table(const Json& record) {
  const Json& v = member(record, "verification");
  if (!v.is_object()) return {};
  // Equal outputs have no finite ratio.
  const bool equal = number(v, "max_abs") == 0;
  return cat("<h3>", html(word("verification")), "</h3><dl>",
             entry(word("samples"), count(number(v, "samples"))),
             entry(word("native_agreement"), percent(number(v, "native_vs_target_agreement"))),
             entry(word("native_sqnr"), equal ? "\u221e" : decibels(number(v, "sqnr_db"))),
             entry(word("native_max"), equal ? "0" : decimal(number(v, "max_abs"), 6)), "</dl>\n",
             note(say(word("verification_note"))));
}

}  // namespace

std::string error_distribution(const Json& record) {
  const Histogram h = histogram_of(record);
  std::string body;
  if (h.most > 0 && h.edges.size() == h.counts.size() + 1) {
    body = cat("<p class=\"note\" id=\"errors-note\">",
               html(say(word("errors_note"), {same(count(h.total))})),
               "</p>\n<div class=\"scroll\">", histogram_svg(h), "</div>\n");
  }
  return section("errors", word("errors"), body + verification_table(record));
}

std::string refusals(const Json& record) {
  std::string rows;
  for (const Json& r : list(record, "refusals")) {
    rows += cat("<tr><th scope=\"row\" class=\"layer\">", name(text(r, "what")), "</th><td>",
                name(text(r, "why")), "</td></tr>\n");
  }
  if (rows.empty()) return {};
  return section("refusals", word("refusals"),
                 cat(note(say(word("refusals_note"))),
                     "<div class=\"scroll tall\" tabindex=\"0\" role=\"region\" "
                     "aria-labelledby=\"refusals-title\"><table><thead><tr>",
                     column(word("what")), column(word("why")), "</tr></thead><tbody>\n", rows,
                     "</tbody></table></div>\n"));
}

}  // namespace pare::report
