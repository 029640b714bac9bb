#include "report/profile_page.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "report/figures.hpp"
#include "report/markup.hpp"
#include "report/sections.hpp"

namespace pare {
namespace report {
namespace {

constexpr std::string_view kStyle =
#include "report/report.css.inc"
    ;

constexpr double kWidth = 660, kHeight = 420;
constexpr double kLeft = 78, kRight = 640, kTop = 16, kBottom = 366;
constexpr std::size_t kBars = 40;

/// The number, 0 when there is none.
double figure(const Json& j, const char* key) {
  const Json& v = member(j, key);
  return v.is_number() ? v.get<double>() : 0;
}

/// Powers of ten around some values.
struct LogScale {
  double low = 0, high = 1;  // exponents
  double from = 0, to = 1;

  [[nodiscard]] double at(double value) const {
    const double share = (std::log10(std::max(value, 1e-30)) - low) / (high - low);
    return from + std::clamp(share, 0.0, 1.0) * (to - from);
  }
};

LogScale log_scale(const std::vector<double>& values, double from, double to) {
  LogScale s;
  s.from = from;
  s.to = to;
  bool any = false;
  for (const double v : values) {
    if (!(v > 0) || !std::isfinite(v)) continue;
    const double exponent = std::log10(v);
    s.low = any ? std::min(s.low, exponent) : exponent;
    s.high = any ? std::max(s.high, exponent) : exponent;
    any = true;
  }
  s.low = std::floor(s.low - 0.1);
  s.high = std::ceil(s.high + 0.1);
  return s;
}

std::string line(const char* css_class, double x1, double y1, double x2, double y2) {
  return cat("<line class=\"", css_class, "\" x1=\"", svg_number(x1), "\" y1=\"", svg_number(y1),
             "\" x2=\"", svg_number(x2), "\" y2=\"", svg_number(y2), "\"/>");
}

std::string power_text(int exponent) {
  if (exponent >= 0 && exponent <= 4) return decimal(std::pow(10, exponent), 0);
  if (exponent < 0 && exponent >= -3) return decimal(std::pow(10, exponent), -exponent);
  return cat("10<tspan dy=\"-5\" font-size=\"10\">", exponent, "</tspan>");
}

std::string grid(const LogScale& x, const LogScale& y) {
  std::string out;
  for (int e = static_cast<int>(x.low); e <= static_cast<int>(x.high); ++e) {
    const double at = x.at(std::pow(10, e));
    out += line("grid", at, kTop, at, kBottom);
    out += svg_text(at, kBottom + 18, same(power_text(e)), "class=\"x\"");
  }
  for (int e = static_cast<int>(y.low); e <= static_cast<int>(y.high); ++e) {
    const double at = y.at(std::pow(10, e));
    out += line("grid", kLeft, at, kRight, at);
    out += svg_text(kLeft - 8, at + 4, same(power_text(e)), "class=\"y\"");
  }
  out += line("axis", kLeft, kBottom, kRight, kBottom) + line("axis", kLeft, kTop, kLeft, kBottom);
  out +=
      svg_text((kLeft + kRight) / 2, kHeight - 8, say(word("intensity_axis")), "class=\"title x\"");
  const double middle = (kTop + kBottom) / 2;
  out += svg_text(14, middle, say(word("gflops_axis")),
                  cat("class=\"title x\" transform=\"rotate(-90 14 ", svg_number(middle), ")\""));
  return out;
}

struct Roof {
  const char* arithmetic;
  int rung;  // colour
};
constexpr std::array<Roof, 3> kRoofs = {{{"f32", 2}, {"bf16", 4}, {"int8", 6}}};

int rung_of(const std::string& arithmetic) {
  for (const Roof& r : kRoofs) {
    if (arithmetic == r.arithmetic) return r.rung;
  }
  return 0;
}

/// The slopes of memory and cache up to the highest peak, and a flat roof per kind of numbers.
std::string roofs(const Json& peaks, const LogScale& x, const LogScale& y) {
  std::string out;
  double highest = 0;
  for (const Roof& r : kRoofs)
    highest = std::max(highest, figure(peaks, cat(r.arithmetic, "_gflops").c_str()));
  const Json& reads = member(peaks, "reads");
  const double left = std::pow(10, x.low);
  const double right = std::pow(10, x.high);
  double fastest = 0;
  for (std::size_t i = 0; reads.is_array() && i < reads.size(); ++i) {
    const double rate = figure(reads[i], "gb_per_s");
    if (!(rate > 0)) continue;
    fastest = std::max(fastest, rate);
    const double from = std::max(left, std::pow(10, y.low) / rate);
    const double to = std::min(right, highest / rate);
    if (to <= from) continue;
    const bool memory = i + 1 == reads.size();
    out += line(memory ? "front" : "limit slope", x.at(from), y.at(from * rate), x.at(to),
                y.at(to * rate));
    if (!memory && i != 0) continue;
    const Word label = memory ? word("memory_rate") : word("cache_rate");
    const double at = std::min(to, from * std::pow(10, 0.2));
    out += svg_text(x.at(at) + 6, y.at(at * rate) + (memory ? 16 : -6),
                    say(label, {same(decimal(rate, 0))}), "class=\"label\"");
  }
  for (const Roof& r : kRoofs) {
    const double peak = figure(peaks, cat(r.arithmetic, "_gflops").c_str());
    if (!(peak > 0)) continue;
    const double from = fastest > 0 ? std::max(left, peak / fastest) : left;
    out += line(cat("interval rung-", r.rung).c_str(), x.at(from), y.at(peak), kRight, y.at(peak));
    const bool lowest = std::string_view(r.arithmetic) == "f32";  // bf16 may be as good as equal
    out += svg_text(kRight - 4, y.at(peak) + (lowest ? 14 : -5),
                    same(cat(r.arithmetic, " ", decimal(peak, 0))), "class=\"label end\"");
  }
  return out;
}

std::string dot(const Json& node, double total_ms, const LogScale& x, const LogScale& y) {
  const double gflops = figure(node, "gflops");
  const double intensity = figure(node, "intensity");
  if (!(gflops > 0) || !(intensity > 0)) return {};
  const double share = total_ms > 0 ? figure(node, "mean_ms") / total_ms : 0;
  const double radius = std::clamp(3 + 40 * std::sqrt(share), 3.0, 18.0) / 1.4;
  return cat("<circle class=\"mark hollow-dot rung-", rung_of(text(node, "arithmetic")),
             "\" fill-opacity=\"0.45\" cx=\"", svg_number(x.at(intensity)), "\" cy=\"",
             svg_number(y.at(gflops)), "\" r=\"", svg_number(radius), "\"><title>",
             plain(text(node, "node")).en, "\n", plain(text(node, "kernel")).en, "\n",
             decimal(figure(node, "mean_ms"), 4), " ms (", percent(share, 1), "), ",
             decimal(gflops, 1), " GFLOP/s, ", decimal(figure(node, "gb_per_s"), 1), " GB/s, ",
             percent(figure(node, "roofline_share"), 0), "</title></circle>");
}

std::string picture(const Json& p) {
  const Json& peaks = member(p, "peaks");
  const Json& nodes = member(p, "nodes");
  if (!peaks.is_array() || peaks.empty() || !nodes.is_array()) return {};
  const Json& machine = peaks.back();
  std::vector<double> xs = {0.13, 80};
  std::vector<double> ys = {figure(machine, "f32_gflops"), figure(machine, "bf16_gflops"),
                            figure(machine, "int8_gflops")};
  for (const Json& n : nodes) {
    // Times too short to mean anything would stretch the picture.
    if (figure(n, "share") < 1e-4) continue;
    xs.push_back(figure(n, "intensity"));
    ys.push_back(figure(n, "gflops"));
  }
  const LogScale x = log_scale(xs, kLeft, kRight);
  const LogScale y = log_scale(ys, kBottom, kTop);
  std::string out =
      cat("<svg class=\"plot\" viewBox=\"0 0 ", svg_number(kWidth), " ", svg_number(kHeight),
          "\" role=\"img\" aria-labelledby=\"roofline-title\">", grid(x, y), roofs(machine, x, y));
  for (const Json& n : nodes) out += dot(n, figure(p, "total_ms"), x, y);
  return cat(note(say(word("roofline_note"))), out, "</svg>\n");
}

std::string figures(const Json& p) {
  const auto tile = [](const Word& name, const std::string& big, const std::string& small) {
    return cat("<div class=\"tile\"><h3>", html(name), "</h3><p class=\"big\">", big,
               "</p><p class=\"small\">", small, "</p></div>\n");
  };
  const double ms = figure(p, "total_ms");
  const double gflops = ms > 0 ? figure(p, "flops") / ms * 1e-6 : 0;
  return cat("<div class=\"tiles\">\n",
             tile(word("profile_time"), milliseconds(ms),
                  html(say(word("profile_threads"), {same(count(figure(p, "threads")))}))),
             tile(word("profile_rate"), cat(decimal(gflops, 1), " GFLOP/s"),
                  cat(decimal(figure(p, "flops") * 1e-9, 3), " GFLOP")),
             tile(word("profile_peak"), percent(figure(p, "share_of_peak"), 1),
                  html(word("profile_peak_note"))),
             tile(word("profile_roof"), percent(figure(p, "share_of_roof"), 1),
                  html(say(word("profile_roof_note"), {same(milliseconds(figure(p, "roof_ms")))}))),
             "</div>\n");
}

std::string worst(const Json& p) {
  const Json& list = member(p, "worst");
  if (!list.is_array() || list.empty()) return {};
  std::string out = cat("<h3>", html(word("profile_worst")), "</h3><ul class=\"reasons\">");
  for (const Json& n : list) {
    if (n.is_string()) out += cat("<li>", name(n.get<std::string>()), "</li>");
  }
  return out + "</ul>\n";
}

/// A bar for the time of each node; its dark part is the time at the roof.
std::string table(const Json& p) {
  const Json& nodes = member(p, "nodes");
  if (!nodes.is_array() || nodes.empty()) return {};
  double most = 0;
  for (const Json& n : nodes) most = std::max(most, figure(n, "mean_ms"));
  std::string out =
      cat("<div class=\"scroll tall\"><table><thead><tr>", column(word("layer")),
          column(word("kernel")), column(word("profile_time"), true), "<th scope=\"col\"></th>",
          column(word("profile_share"), true), "<th scope=\"col\" class=\"number\">GFLOP/s</th>",
          "<th scope=\"col\" class=\"number\">GB/s</th>", column(word("profile_roof"), true),
          "</tr></thead><tbody>\n");
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Json& n = nodes[i];
    const double ms = figure(n, "mean_ms");
    const double roof = std::min(ms, figure(n, "roof_ms"));
    const double share = figure(n, "roofline_share");
    std::string bars;
    if (i < kBars) {
      bars = bar(most > 0 ? ms / most : 0, "after") + bar(most > 0 ? roof / most : 0, "before");
    }
    out +=
        cat("<tr><th scope=\"row\" class=\"layer\">", name(text(n, "node")),
            "</th><td class=\"kernel\">", name(text(n, "kernel")), "</td>",
            number_cell(cat(decimal(ms, 4), " ms"), ms), "<td class=\"bars two\">", bars, "</td>",
            number_cell(percent(figure(n, "share"), 1), figure(n, "share")),
            number_cell(decimal(figure(n, "gflops"), 1), figure(n, "gflops")),
            number_cell(decimal(figure(n, "gb_per_s"), 1), figure(n, "gb_per_s")),
            number_cell(figure(n, "roof_ms") > 0 ? percent(share, 0) : std::string(kDash), share),
            "</tr>\n");
  }
  return cat("<ul class=\"legend\"><li><span class=\"key after\"></span>",
             html(word("profile_time")), "</li><li><span class=\"key before\"></span>",
             html(word("profile_at_roof")), "</li></ul>\n", out, "</tbody></table></div>\n");
}

std::string machine(const Json& p) {
  const Json& peaks = member(p, "peaks");
  if (!peaks.is_array() || peaks.empty()) return {};
  std::string out = cat("<div class=\"scroll\"><table class=\"figures\"><thead><tr>",
                        column(word("profile_machine")), "<th class=\"number\">f32 GFLOP/s</th>",
                        "<th class=\"number\">bf16 GFLOP/s</th>",
                        "<th class=\"number\">int8 GOP/s</th>", column(word("profile_cache"), true),
                        column(word("profile_memory"), true), "</tr></thead><tbody>\n");
  for (const Json& m : peaks) {
    const Json& reads = member(m, "reads");
    const auto rate = [&](bool last) {
      if (!reads.is_array() || reads.empty()) return std::string(kDash);
      return cat(decimal(figure(last ? reads.back() : reads.front(), "gb_per_s"), 1), " GB/s");
    };
    const auto peak = [&](const char* key) {
      const double v = figure(m, key);
      return number_cell(v > 0 ? decimal(v, 0) : std::string(kDash));
    };
    out += cat("<tr><th scope=\"row\">",
               html(say(word("profile_threads"), {same(count(figure(m, "threads")))})), "</th>",
               peak("f32_gflops"), peak("bf16_gflops"), peak("int8_gflops"),
               number_cell(rate(false)), number_cell(rate(true)), "</tr>\n");
  }
  return cat(note(say(word("profile_machine_note"))), out, "</tbody></table></div>\n");
}

std::string head(const std::string& model) {
  const std::string style(kStyle);
  return cat(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ",
      csp_hash(style),
      "; img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
      escape_html(model), " \u00b7 pare</title>\n<style>", style, "</style>\n</head>\n<body>\n");
}

}  // namespace

std::string roofline(const Json& record) {
  const Json& p = member(record, "profile");
  const std::string plot = picture(p);
  if (plot.empty()) return {};
  return section("roofline", word("roofline"), figures(p) + worst(p) + plot + machine(p));
}

}  // namespace report

std::string profile_page(const nlohmann::json& p) {
  using report::html;
  using report::section;
  using report::word;
  const std::string path = report::text(p, "model");
  const std::string model = path.substr(path.rfind('/') + 1);
  const std::vector<std::string> facts = {report::name(report::text(p, "target")),
                                          report::name(report::text(p, "cpu"))};
  return cat(
      report::head(model),
      "<input class=\"choice\" type=\"radio\" name=\"language\" id=\"language-en\" checked>"
      "<input class=\"choice\" type=\"radio\" name=\"language\" id=\"language-ko\">\n"
      "<div class=\"page\">\n<header>\n<div><p class=\"kind\">",
      html(word("profile_title")), "</p><h1>", report::name(model), "</h1><p class=\"facts-line\">",
      join(facts, " \u00b7 "),
      "</p></div>\n<div class=\"switch language\"><label for=\"language-en\">English</label>"
      "<label for=\"language-ko\">\ud55c\uad6d\uc5b4</label></div>\n</header>\n<main>\n<p></p>\n",
      section("summary", word("profile_summary"), report::figures(p) + report::worst(p)),
      section("roofline", word("roofline"), report::picture(p)),
      section("times", word("profile_nodes"), report::table(p)),
      section("machine", word("profile_machine"), report::machine(p)), "</main>\n<footer><p>",
      html(word("profile_footer")), "</p></footer>\n</div>\n", "</body>\n</html>\n");
}

}  // namespace pare
