#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.hpp"
#include "report/figures.hpp"
#include "report/sections.hpp"

namespace pare::report {
namespace {

/// The largest finite value; 0 when there is none.
double most(const Json& rows, const std::function<double(const Json&)>& value) {
  double out = 0;
  for (const Json& row : rows) {
    const double v = value(row);
    if (std::isfinite(v)) out = std::max(out, v);
  }
  return out;
}

double sum(const Json& rows, const char* key) {
  double out = 0;
  for (const Json& row : rows) {
    const double v = number(row, key);
    if (std::isfinite(v)) out += v;
  }
  return out;
}

std::string head(const Word& title, bool numeric) {
  return cat("<th scope=\"col\" data-sortable", numeric ? " class=\"number\">" : ">", html(title),
             "</th>");
}

/// A table that is long: it scrolls inside, its head stays, a script makes it sortable.
std::string long_table(const char* id, const std::string& header, const std::string& rows,
                       const std::string& footer) {
  return cat("<div class=\"scroll tall\" tabindex=\"0\" role=\"region\" aria-labelledby=\"", id,
             "-title\"><table class=\"sortable\"><thead><tr>", header, "</tr></thead><tbody>\n",
             rows, "</tbody>", footer, "</table></div>\n");
}

/// How much leaving the layer float raises the output SQNR over that of all layers integer.
double gain_db(const Json& row) {
  return number(row, "left_float_sqnr_db") - number(row, "all_sqnr_db");
}

std::string layer_name(const Json& row, const char* key) {
  return cat("<th scope=\"row\" class=\"layer\">", name(text(row, key)), "</th><td>",
             plain(text(row, "op")).en, "</td>");
}

/// A number behind its bar.
std::string measure_cell(const std::string& text, double value, double top, const char* css_class) {
  const double share = top > 0 ? value / top : 0;
  return number_cell(
      cat("<span class=\"measure\">", bar(share, css_class), "<span>", text, "</span></span>"),
      value);
}

/// The time of a layer; a dash where it is no step of its own.
std::string time_text(const Json& row, const char* ms, const char* kernel) {
  const bool absent = text(row, kernel).empty() && !(number(row, ms) > 0);
  return absent ? kDash : milliseconds(number(row, ms));
}

std::string both_bars(double before, double after, double top) {
  if (!(top > 0)) return {};
  return bar(before / top, "before") + bar(after / top, "after");
}

}  // namespace

std::string sensitivity(const Json& record) {
  const Json& rows = list(record, "sensitivity");
  if (rows.empty()) return {};
  const double top_alone = most(rows, [](const Json& r) { return number(r, "alone_sqnr_db"); });
  const double top_gain = most(rows, gain_db);
  std::string out;
  for (const Json& r : rows) {
    const double alone = number(r, "alone_sqnr_db");
    const double gain = gain_db(r);
    const std::string won = gain >= 0 ? "+" + decibels(gain) : decibels(gain);
    out += cat("<tr>", layer_name(r, "layer"),
               number_cell(count(number(r, "weights")), number(r, "weights")),
               measure_cell(decibels(alone), alone, top_alone, "alone"),
               measure_cell(won, gain, top_gain, "gain"), "<td>",
               flag(r, "kept_float") ? html(word("kept_float")) : "", "</td></tr>\n");
  }
  const std::string header = head(word("layer"), false) + head(word("operator"), false) +
                             head(word("weights"), true) + head(word("alone"), true) +
                             head(word("left_float"), true) + head(word("in_the_result"), false);
  const std::string all = decibels(number(rows.front(), "all_sqnr_db"));
  return section("sensitivity", word("sensitivity"),
                 note(say(word("sensitivity_note"), {same(all)})) +
                     long_table("sensitivity", header, out, {}));
}

std::string layer_times(const Json& record) {
  const Json& rows = list(record, "layers");
  if (rows.empty()) return {};
  const double top = std::max(most(rows, [](const Json& r) { return number(r, "ms_before"); }),
                              most(rows, [](const Json& r) { return number(r, "ms_after"); }));
  std::string out;
  for (const Json& r : rows) {
    const double before = number(r, "ms_before");
    const double after = number(r, "ms_after");
    out += cat("<tr>", layer_name(r, "node"),
               number_cell(time_text(r, "ms_before", "kernel_before"), before),
               number_cell(time_text(r, "ms_after", "kernel_after"), after),
               "<td class=\"bars two\">", both_bars(before, after, top),
               "</td><td class=\"kernel\">", plain(text(r, "kernel_before")).en,
               "</td><td class=\"kernel\">", plain(text(r, "kernel_after")).en, "</td></tr>\n");
  }
  const double before = sum(rows, "ms_before");
  const double after = sum(rows, "ms_after");
  const std::string header = head(word("layer"), false) + head(word("operator"), false) +
                             head(word("before"), true) + head(word("after"), true) + "<td></td>" +
                             head(word("kernel_before"), false) + head(word("kernel_after"), false);
  const double larger = std::max(before, after);
  const std::string footer =
      cat("<tfoot><tr><th scope=\"row\">", html(word("total")), "</th><td></td>",
          number_cell(milliseconds(before)), number_cell(milliseconds(after)),
          "<td class=\"bars two\">", both_bars(before, after, larger),
          "</td><td colspan=\"2\"></td></tr></tfoot>");
  return section(
      "times", word("times"),
      note(say(word("times_note"))) + "<ul class=\"legend\"><li><i class=\"key before\"></i>" +
          html(word("before")) + "</li><li><i class=\"key after\"></i>" + html(word("after")) +
          "</li></ul>\n" + long_table("times", header, out, footer));
}

}  // namespace pare::report
