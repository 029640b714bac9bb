#include "report/plot.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/text.hpp"
#include "report/figures.hpp"

namespace pare::report {
namespace {

constexpr double kWidth = 660, kHeight = 420;
constexpr double kLeft = 78, kRight = 640, kTop = 16, kBottom = 366;

/// A linear map from values to the drawing.
class Scale {
 public:
  Scale(double low, double high, double from, double to)
      : low_(low), high_(high), from_(from), to_(to) {}
  [[nodiscard]] double at(double value) const {
    const double share = std::clamp((value - low_) / (high_ - low_), 0.0, 1.0);
    return from_ + share * (to_ - from_);
  }
  [[nodiscard]] bool holds(double value) const { return value >= low_ && value <= high_; }
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }

 private:
  double low_, high_, from_, to_;
};

/// Covers `values` and those limits that are not so far away that they would squeeze them.
Scale scale_of(std::vector<double> values, const PlotAxis& axis, double from, double to) {
  values.erase(
      std::remove_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); }),
      values.end());
  if (values.empty()) values.push_back(0);
  auto [least, most] = std::minmax_element(values.begin(), values.end());
  double low = *least;
  double high = *most;
  const double reach = 1.5 * (high - low) + 0.05 * std::abs(high);
  for (const double limit : axis.limits) {
    if (limit < low && limit >= low - reach) low = limit;
    if (limit > high && limit <= high + reach) high = limit;
  }
  double room = 0.07 * (high - low);
  if (!(room > 0)) room = high != 0 ? 0.05 * std::abs(high) : 1;
  low -= room;
  high += room;
  if (axis.quantity != Quantity::accuracy) low = std::max(low, 0.0);
  return {low, high, from, to};
}

std::string tick_text(Quantity q, double value, double step, double top) {
  double unit = 1;
  const char* name = "";
  if (q == Quantity::accuracy) {
    unit = 0.01;
    name = "%";
  } else if (q == Quantity::latency) {
    name = "ms";
  } else {
    unit = top >= 1e9 ? 1e9 : top >= 1e6 ? 1e6 : top >= 1e3 ? 1e3 : 1;
    name = top >= 1e9 ? "GB" : top >= 1e6 ? "MB" : top >= 1e3 ? "kB" : "B";
  }
  const double digits = std::ceil(-std::log10(step / unit) - 1e-9);
  return cat(decimal(value / unit, static_cast<int>(std::clamp(digits, 0.0, 9.0))), "\u202f", name);
}

std::string line(const char* css_class, double x1, double y1, double x2, double y2) {
  return cat("<line class=\"", css_class, "\" x1=\"", svg_number(x1), "\" y1=\"", svg_number(y1),
             "\" x2=\"", svg_number(x2), "\" y2=\"", svg_number(y2), "\"/>");
}

std::string box(double x1, double y1, double x2, double y2) {
  return cat("<rect class=\"beyond\" x=\"", svg_number(std::min(x1, x2)), "\" y=\"",
             svg_number(std::min(y1, y2)), "\" width=\"", svg_number(std::abs(x2 - x1)),
             "\" height=\"", svg_number(std::abs(y2 - y1)), "\"/>");
}

double step_of_ticks(const std::vector<double>& marks) {
  return marks.size() > 1 ? marks[1] - marks[0] : 1;
}

std::string grid(const PlotAxis& x, const PlotAxis& y, const Scale& sx, const Scale& sy) {
  std::string out;
  const std::vector<double> xs = ticks(sx.low(), sx.high(), 6);
  for (const double v : xs) {
    out += line("grid", sx.at(v), kTop, sx.at(v), kBottom);
    out += svg_text(sx.at(v), kBottom + 18,
                    same(tick_text(x.quantity, v, step_of_ticks(xs), sx.high())), "class=\"x\"");
  }
  const std::vector<double> ys = ticks(sy.low(), sy.high(), 6);
  for (const double v : ys) {
    out += line("grid", kLeft, sy.at(v), kRight, sy.at(v));
    out += svg_text(kLeft - 8, sy.at(v) + 4,
                    same(tick_text(y.quantity, v, step_of_ticks(ys), sy.high())), "class=\"y\"");
  }
  out += line("axis", kLeft, kBottom, kRight, kBottom) + line("axis", kLeft, kTop, kLeft, kBottom);
  const Phrase better_x =
      say(x.rises() ? word("axis_up") : word("axis_left"), {say(quantity_word(x.quantity))});
  const Phrase better_y =
      say(y.rises() ? word("axis_up") : word("axis_down"), {say(quantity_word(y.quantity))});
  const double middle = (kTop + kBottom) / 2;
  out += svg_text((kLeft + kRight) / 2, kHeight - 8, better_x, "class=\"title x\"");
  out += svg_text(14, middle, better_y,
                  cat("class=\"title x\" transform=\"rotate(-90 14 ", svg_number(middle), ")\""));
  return out;
}

std::string limits_svg(const PlotAxis& x, const PlotAxis& y, const Scale& sx, const Scale& sy) {
  std::string out;
  for (const double v : x.limits) {
    if (!sx.holds(v)) continue;
    out += box(sx.at(v), kTop, x.rises() ? kLeft : kRight, kBottom);
    out += line("limit", sx.at(v), kTop, sx.at(v), kBottom);
  }
  for (const double v : y.limits) {
    if (!sy.holds(v)) continue;
    out += box(kLeft, sy.at(v), kRight, y.rises() ? kBottom : kTop);
    out += line("limit", kLeft, sy.at(v), kRight, sy.at(v));
  }
  return out;
}

/// Stairs: what is reached on one axis when the other may cost so much.
std::string front_svg(const PlotAxis& x, const PlotAxis& y, const Scale& sx, const Scale& sy,
                      const std::vector<PlotPoint>& points) {
  const std::vector<std::size_t> front = front_of(x, y, points);
  if (front.empty()) return {};
  const auto number = [](double v) { return svg_number(v); };
  std::string path =
      cat("M", number(sx.at(points[front[0]].x)), " ", number(sy.at(points[front[0]].y)));
  for (std::size_t i = 1; i < front.size(); ++i) {
    path += cat("H", number(sx.at(points[front[i]].x)), "V", number(sy.at(points[front[i]].y)));
  }
  return cat("<path class=\"front\" d=\"", path, "\"/>");
}

std::string mark(const PlotPoint& p, const Scale& sx, const Scale& sy) {
  const double x = sx.at(p.x);
  const double y = sy.at(p.y);
  std::string out = cat("<a class=\"point\" href=\"#trial-", p.trial, "\" data-trial=\"", p.trial,
                        "\" aria-labelledby=\"trial-", p.trial, "-name trial-", p.trial,
                        "-accuracy trial-", p.trial, "-size trial-", p.trial, "-latency\"><title>",
                        plain(p.name).en, "\n", p.figures, "</title>");
  if (std::isfinite(p.y_low) && std::isfinite(p.y_high)) {
    out += line(cat("interval rung-", p.step).c_str(), x, sy.at(p.y_low), x, sy.at(p.y_high));
  }
  const std::string centre = cat(" cx=\"", svg_number(x), "\" cy=\"", svg_number(y), "\"");
  out += cat("<circle class=\"reach\"", centre, " r=\"14\"/>");
  if (p.chosen) out += cat("<circle class=\"ring\"", centre, " r=\"11\"/>");
  out += cat("<circle class=\"mark rung-", p.step, p.pareto ? "" : " hollow", "\"", centre,
             " r=\"6\"/></a>");
  return out;
}

/// Names only where they help most: the original and the chosen one.
std::string labels(const std::vector<PlotPoint>& points, const Scale& sx, const Scale& sy) {
  std::string out;
  for (const PlotPoint& p : points) {
    if (!p.chosen && p.trial != 0) continue;
    const double x = sx.at(p.x);
    const bool left_half = x < (kLeft + kRight) / 2;
    const double y = sy.at(p.y) + (p.chosen ? -16 : 24);
    out += svg_text(std::clamp(x, kLeft, kRight), std::clamp(y, kTop + 12, kBottom - 6),
                    same(escape_html(escape_terminal(p.name, 32))),
                    left_half ? "class=\"label\"" : "class=\"label end\"");
  }
  return out;
}

}  // namespace

Word quantity_word(Quantity q) {
  switch (q) {
    case Quantity::accuracy: return word("accuracy");
    case Quantity::size: return word("size");
    case Quantity::latency: break;
  }
  return word("latency");
}

std::vector<double> ticks(double low, double high, int wanted) {
  std::vector<double> out;
  const double span = high - low;
  if (!(span > 0) || !std::isfinite(span) || wanted < 1) return out;
  const double power = std::pow(10, std::floor(std::log10(span / wanted)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (span / (factor * power) <= wanted) {
      step = factor * power;
      break;
    }
  }
  const double first = std::ceil(low / step - 1e-9);
  for (double k = first; k * step <= high + 1e-9 * step && out.size() < 100; ++k) {
    out.push_back(k * step);
  }
  return out;
}

std::vector<std::size_t> front_of(const PlotAxis& x, const PlotAxis& y,
                                  const std::vector<PlotPoint>& points) {
  const double sign_x = x.rises() ? -1 : 1;
  const double sign_y = y.rises() ? -1 : 1;
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const double xa = sign_x * points[a].x;
    const double xb = sign_x * points[b].x;
    return xa < xb || (xa == xb && sign_y * points[a].y < sign_y * points[b].y);
  });
  std::vector<std::size_t> out;
  for (const std::size_t i : order) {
    if (out.empty() || sign_y * points[i].y < sign_y * points[out.back()].y) out.push_back(i);
  }
  return out;
}

std::string plot_svg(const PlotAxis& x, const PlotAxis& y, const std::vector<PlotPoint>& points) {
  std::vector<double> xs;
  std::vector<double> ys;
  for (const PlotPoint& p : points) {
    xs.push_back(p.x);
    ys.push_back(p.y);
    // Wide intervals of those that are out of the race would squeeze the others.
    if (p.pareto || p.chosen) ys.insert(ys.end(), {p.y_low, p.y_high});
  }
  const Scale sx = scale_of(xs, x, kLeft, kRight);
  const Scale sy = scale_of(ys, y, kBottom, kTop);
  std::string out =
      cat("<svg class=\"plot\" viewBox=\"0 0 ", svg_number(kWidth), " ", svg_number(kHeight),
          "\" role=\"group\" aria-labelledby=\"tradeoffs-title\">");
  out += limits_svg(x, y, sx, sy) + grid(x, y, sx, sy) + front_svg(x, y, sx, sy, points);
  std::string last;  // the chosen one lies on top
  for (const PlotPoint& p : points) (p.chosen ? last : out) += mark(p, sx, sy);
  return out + last + labels(points, sx, sy) + "</svg>";
}

}  // namespace pare::report
