#include <cmath>

#include "base/error.hpp"
#include "report/figures.hpp"
#include "report/plot.hpp"
#include "report/sections.hpp"

namespace pare::report {
namespace {

double value_of(const Json& trial, Quantity q) {
  switch (q) {
    case Quantity::accuracy: return number(member(trial, "accuracy"), "value");
    case Quantity::size: return number(trial, "bytes");
    case Quantity::latency: break;
  }
  return number(member(trial, "latency_ms"), "median");
}

PlotAxis axis(const Json& record, Quantity q) {
  PlotAxis out;
  out.quantity = q;
  for (const Json& limit : list(record, "limits")) {
    const std::string what = text(limit, "name");
    const double wanted = number(limit, "wanted");
    if (!std::isfinite(wanted)) continue;
    if (q == Quantity::size && what == "max_size") out.limits.push_back(wanted);
    if (q == Quantity::latency && what == "max_latency") out.limits.push_back(wanted);
    if (q == Quantity::accuracy && what == "min_accuracy") out.limits.push_back(wanted);
    if (q == Quantity::accuracy && what == "max_drop") {
      const double before = value_of(original_trial(record), Quantity::accuracy);
      if (std::isfinite(before)) out.limits.push_back(before - wanted);
    }
  }
  return out;
}

std::vector<PlotPoint> points_of(const Json& record, Quantity x, Quantity y) {
  std::vector<PlotPoint> out;
  const Json& trials = list(record, "trials");
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Json& t = trials[i];
    PlotPoint p;
    p.x = value_of(t, x);
    p.y = value_of(t, y);
    if (!is_measured(t) || !std::isfinite(p.x) || !std::isfinite(p.y)) continue;
    p.trial = static_cast<int>(i);
    p.step = std::max(step_of(t), 0);
    p.name = text(t, "name");
    p.figures = cat(percent(value_of(t, Quantity::accuracy)), " \u00b7 ",
                    bytes(value_of(t, Quantity::size)), " \u00b7 ",
                    milliseconds(value_of(t, Quantity::latency)), " \u00b7 ",
                    times(number(member(t, "speedup"), "ratio")));
    const bool interval = y == Quantity::accuracy;
    p.y_low = interval ? number(member(t, "accuracy"), "low") : NAN;
    p.y_high = interval ? number(member(t, "accuracy"), "high") : NAN;
    p.pareto = flag(t, "pareto");
    p.chosen = p.trial == chosen_index(record);
    out.push_back(std::move(p));
  }
  return out;
}

std::string legend(const Json& record) {
  std::vector<bool> seen(7, false);
  std::string out;
  for (const Json& t : list(record, "trials")) {
    const int step = step_of(t);
    if (!is_measured(t) || step < 0 || seen[static_cast<std::size_t>(step)]) continue;
    seen[static_cast<std::size_t>(step)] = true;
    out +=
        cat("<li><svg class=\"dot\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><circle "
            "class=\"rung-",
            step, "\" cx=\"6\" cy=\"6\" r=\"5\"/></svg>", html(rung_name(t)), "</li>\n");
  }
  return cat("<ul class=\"legend\">\n", out, "</ul>\n");
}

}  // namespace

std::string trade_offs(const Json& record) {
  struct View {
    Quantity x, y;
    Word title;
  };
  const std::array<View, 3> views = {{{Quantity::size, Quantity::accuracy, word("plot_0")},
                                      {Quantity::latency, Quantity::accuracy, word("plot_1")},
                                      {Quantity::size, Quantity::latency, word("plot_2")}}};
  if (points_of(record, views[0].x, views[0].y).empty()) return {};
  std::string choice;
  std::string labels;
  std::string plots;
  for (std::size_t i = 0; i < views.size(); ++i) {
    const View& v = views.at(i);
    choice += cat("<input class=\"choice\" type=\"radio\" name=\"axes\" id=\"axes-", i, "\"",
                  i == 0 ? " checked" : "", ">");
    labels += cat("<label for=\"axes-", i, "\">", html(v.title), "</label>");
    plots += cat("<div class=\"view view-", i, "\">",
                 plot_svg(axis(record, v.x), axis(record, v.y), points_of(record, v.x, v.y)),
                 "</div>\n");
  }
  const Json& shown = chosen_index(record) >= 0 ? chosen_trial(record) : original_trial(record);
  const std::string body = cat(
      note(say(word("plot_note"))), "<div class=\"tradeoffs\">", choice, "<div class=\"switch\">",
      labels, "</div>\n<div class=\"pair\"><div class=\"views\">\n", plots, legend(record),
      "</div>\n<div class=\"panel\" id=\"panel\" aria-live=\"polite\"><h3>",
      name(text(shown, "name")), "</h3>", trial_card(shown), "</div></div></div>\n");
  return section("tradeoffs", word("tradeoffs"), body);
}

}  // namespace pare::report
