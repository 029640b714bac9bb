#include "compress/weights/hqq.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

/// What minimises |e|^p + beta / 2 (e - x)^2, approximately.
double shrink(double x, double beta, double power) {
  const double size = std::fabs(x);
  if (size == 0) return 0;
  return std::copysign(std::max(0.0, size - std::pow(size, power - 1) / beta), x);
}

/// The best zero point for the group's scale.
void settle(const WeightGrid& grid, std::span<const float> w, GroupScale& g,
            const HqqOptions& options) {
  double beta = options.beta;
  double best = HUGE_VAL;
  const double scale = g.scale;
  double zero = g.zero;
  for (int i = 0; i < options.iterations; ++i) {
    double distance = 0;
    double next = 0;
    for (const float x : w) {
      const double level = grid.levels[grid.nearest(static_cast<float>(x / scale + zero))];
      const double rounded = (level - zero) * scale;
      distance += std::fabs(x - rounded);
      next += level - (x - shrink(x - rounded, beta, options.power)) / scale;
    }
    if (!(distance < best)) return;
    best = distance;
    g.zero = static_cast<float>(zero);
    zero = next / static_cast<double>(w.size());
    beta *= 1.01;
  }
}

}  // namespace

CodedWeights hqq(const WeightMatrix& w, WeightGrid grid, const HqqOptions& options) {
  if (!grid.whole) throw Error(Fault::config, "hqq needs a format of whole numbers");
  grid.symmetric = false;
  grid.rule = ScaleRule::amax;
  std::vector<GroupScale> scales = fit_scales(w, grid);
  if (grid.one_scale) {
    settle(grid, w.values, scales[0], options);
    return encode(w, grid, std::move(scales));
  }
  const std::int64_t groups = grid.groups(w.columns);
  const std::int64_t width = grid.width(w.columns);
  parallel_for(w.rows, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      for (std::int64_t g = 0; g < groups; ++g) {
        const auto first = static_cast<std::size_t>(g * width);
        const auto n = static_cast<std::size_t>(std::min(width, w.columns - g * width));
        settle(grid, w.row(r).subspan(first, n), scales[static_cast<std::size_t>(r * groups + g)],
               options);
      }
    }
  });
  return encode(w, grid, std::move(scales));
}

}  // namespace pare
