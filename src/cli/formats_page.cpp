#include "cli/formats_page.hpp"

#include <algorithm>
#include <cmath>

#include "base/decimal.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

constexpr double kWidth = 1080, kHeight = 620, kLeft = 60, kRight = 30, kTop = 20, kBottom = 50;

/// Axes of the plot.
struct Frame {
  double most_bits = 17;
  double low_db = 0;
  double high_db = 60;

  [[nodiscard]] double x(double bits) const {
    return kLeft + bits / most_bits * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double y(double db) const {
    const double inside = std::clamp(db, low_db, high_db);
    return kHeight - kBottom - (inside - low_db) / (high_db - low_db) * (kHeight - kTop - kBottom);
  }
};

std::string line(double x1, double y1, double x2, double y2, const char* kind) {
  return cat("<line class=\"", kind, "\" x1=\"", fixed(x1, 1), "\" y1=\"", fixed(y1, 1), "\" x2=\"",
             fixed(x2, 1), "\" y2=\"", fixed(y2, 1), "\"/>\n");
}

std::string word(double x, double y, const std::string& text, const char* anchor,
                 const char* kind) {
  return cat("<text class=\"", kind, "\" x=\"", fixed(x, 1), "\" y=\"", fixed(y, 1),
             "\" text-anchor=\"", anchor, "\">", escape_html(text), "</text>\n");
}

std::string axes(const Frame& f) {
  std::string out;
  for (int bits = 0; bits <= static_cast<int>(f.most_bits); ++bits) {
    out += line(f.x(bits), f.y(f.low_db), f.x(bits), f.y(f.high_db), "grid");
    out += word(f.x(bits), kHeight - kBottom + 18, cat(bits), "middle", "tick");
  }
  for (double db = f.low_db; db <= f.high_db; db += 10) {
    out += line(f.x(0), f.y(db), f.x(f.most_bits), f.y(db), "grid");
    out += word(kLeft - 8, f.y(db) + 4, fixed(db, 0), "end", "tick");
  }
  out += word((kLeft + kWidth - kRight) / 2, kHeight - 10, "bits per weight, scales included",
              "middle", "label");
  out += cat("<text class=\"label\" transform=\"translate(16 ", fixed(kHeight / 2, 0),
             ") rotate(-90)\" text-anchor=\"middle\">SQNR in dB</text>\n");
  return out;
}

std::string plot(const std::vector<FormatRow>& rows) {
  Frame f;
  for (const FormatRow& r : rows) {
    if (r.db < 100) f.high_db = std::max(f.high_db, std::ceil(r.db / 10) * 10);
  }
  std::string out = cat("<svg viewBox=\"0 0 ", kWidth, " ", kHeight, "\" role=\"img\">\n", axes(f));
  std::string path;
  for (const FormatRow& r : rows) {
    if (r.front)
      path += cat(path.empty() ? "M" : "L", fixed(f.x(r.bits), 1), " ", fixed(f.y(r.db), 1));
  }
  out += cat("<path class=\"front\" d=\"", path, "\"/>\n");
  double last = 2 * kHeight;  // labels lie above each other, and must not touch
  for (const FormatRow& r : rows) {
    out += cat("<circle class=\"", r.front ? "best" : "other", "\" cx=\"", fixed(f.x(r.bits), 1),
               "\" cy=\"", fixed(f.y(r.db), 1), "\" r=\"", r.front ? 4.5 : 3, "\"><title>",
               escape_html(r.name), ": ", fixed(r.bits, 2), " bits, ", fixed(r.db, 1),
               " dB</title></circle>\n");
    constexpr double kLineHeight = 14;
    if (!r.front || last - f.y(r.db) < kLineHeight) continue;
    last = f.y(r.db);
    out += word(f.x(r.bits) - 8, f.y(r.db) - 4, r.name, "end", "name");
  }
  return out + "</svg>\n";
}

}  // namespace

std::string formats_page(const std::string& model, const std::vector<FormatRow>& rows) {
  std::string table;
  for (const FormatRow& r : rows) {
    table += cat("<tr", r.front ? " class=\"best\"" : "", "><td>", escape_html(r.name), "</td><td>",
                 fixed(r.bits, 3), "</td><td>", fixed(r.db, 2), "</td><td>", fixed(r.worst_db, 2),
                 "</td><td>", escape_html(r.worst), "</td></tr>\n");
  }
  return cat(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>Number formats: ",
      escape_html(model),
      "</title>\n<style>\n"
      "body{font:15px/1.5 system-ui,sans-serif;max-width:1120px;margin:2em auto;padding:0 1em;"
      "color:#1c2733;background:#fff}\nh1{font-size:1.5em;margin-bottom:0}\np{color:#516070}\n"
      "svg{width:100%;height:auto}\n.grid{stroke:#e6ebf0}\n.tick{font-size:12px;fill:#66788a}\n"
      ".label{font-size:13px;fill:#33475b}\n.name{font-size:11px;fill:#0b5c4a}\n"
      ".other{fill:#9fb3c8}\n.best{fill:#0f8a6d}\n.front{fill:none;stroke:#0f8a6d;stroke-width:1.5}"
      "\n"
      "table{border-collapse:collapse;width:100%}\nth,td{text-align:right;padding:.25em .6em;"
      "border-bottom:1px solid #e6ebf0}\nth:first-child,td:first-child,th:last-child,td:last-child"
      "{text-align:left}\ntr.best td{background:#eef8f5;font-weight:600}\n</style></head><body>\n"
      "<h1>Number formats on the weights of ",
      escape_html(model),
      "</h1>\n<p>Each point is a format with its scales. Green: nothing with as few bits is more "
      "accurate. Noise is taken relative to the power of each tensor and averaged over "
      "weights.</p>\n",
      plot(rows),
      "<table><thead><tr><th>format, scales</th><th>bits</th><th>SQNR dB</th><th>worst dB</th>"
      "<th>in</th></tr></thead><tbody>\n",
      table, "</tbody></table>\n</body></html>\n");
}

}  // namespace pare
