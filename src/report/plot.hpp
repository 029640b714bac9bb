#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/markup.hpp"

namespace pare::report {

/// What a figure is measured in.
enum class Quantity { accuracy, size, latency };

/// One axis of a plot of trials.
struct PlotAxis {
  Quantity quantity = Quantity::size;
  std::vector<double> limits;  ///< of what the user asked; the far side is shaded
  /// Larger is better on it.
  [[nodiscard]] bool rises() const noexcept { return quantity == Quantity::accuracy; }
};

struct PlotPoint {
  int trial = 0;
  int step = 0;  ///< which colour
  std::string name;
  std::string figures;  ///< HTML
  double x = 0, y = 0;
  double y_low = 0, y_high = 0;  ///< interval; NaN = none
  bool pareto = false;           ///< on the front of all three figures
  bool chosen = false;
};

/// Points that no other point beats on both axes, from the best x on.
std::vector<std::size_t> front_of(const PlotAxis& x, const PlotAxis& y,
                                  const std::vector<PlotPoint>& points);

/// Round values from `low` to `high`, about `wanted` of them.
std::vector<double> ticks(double low, double high, int wanted);

/// The <svg>. Each point is a link to its row in the table of trials.
std::string plot_svg(const PlotAxis& x, const PlotAxis& y, const std::vector<PlotPoint>& points);

Word quantity_word(Quantity q);

}  // namespace pare::report
