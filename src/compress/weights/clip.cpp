#include "compress/weights/clip.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

constexpr std::int64_t kPiece = 512;

/// d H d' over the columns from `first` on, for w rounded under `g`.
double moved(const WeightGrid& grid, std::span<const float> w, std::int64_t first,
             const GroupScale& g, std::span<const double> h, std::int64_t columns) {
  std::vector<double> d;
  for (const float x : w) d.push_back(static_cast<double>(x) - grid.rounded(x, g));
  const auto n = static_cast<std::int64_t>(d.size());
  double sum = 0;
  for (std::int64_t begin = 0; begin < n; begin += kPiece) {
    const std::int64_t end = std::min(begin + kPiece, n);
    for (std::int64_t i = begin; i < end; ++i) {
      const double* row = h.data() + (first + i) * columns + first;
      double product = 0;
      for (std::int64_t j = begin; j < end; ++j) product += row[j] * d[j];
      sum += product * d[i];
    }
  }
  return sum;
}

/// Of the coverings of the range of `w` the one with the least `cost`.
template <class Cost>
GroupScale best_covering(const WeightGrid& grid, std::span<const float> w, const Cost& cost) {
  constexpr int kSteps = 20;
  GroupScale best;
  double least = HUGE_VAL;
  for (int i = 0; i < kSteps / 2; ++i) {
    const GroupScale tried = grid.covering(w, 1.0F - static_cast<float>(i) / kSteps);
    const double error = cost(tried);
    if (error < least) {
      least = error;
      best = tried;
    }
  }
  return best;
}

}  // namespace

CodedWeights round_clipped(const WeightMatrix& w, std::span<const double> h, WeightGrid grid) {
  const std::int64_t n = w.columns;
  require(static_cast<std::int64_t>(h.size()) == n * n, "moments of another size");
  grid.rule = ScaleRule::amax;
  std::vector<GroupScale> scales = fit_scales(w, grid);
  if (grid.one_scale) {
    scales[0] = best_covering(grid, w.values, [&](const GroupScale& tried) {
      std::vector<double> errors(static_cast<std::size_t>(w.rows));
      parallel_for(w.rows, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t r = begin; r < end; ++r) {
          errors[static_cast<std::size_t>(r)] = moved(grid, w.row(r), 0, tried, h, n);
        }
      });
      return std::accumulate(errors.begin(), errors.end(), 0.0);
    });
    return encode(w, grid, std::move(scales));
  }
  const std::int64_t groups = grid.groups(n);
  const std::int64_t width = grid.width(n);
  parallel_for(w.rows, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      for (std::int64_t g = 0; g < groups; ++g) {
        const std::int64_t first = g * width;
        const auto part = w.row(r).subspan(static_cast<std::size_t>(first),
                                           static_cast<std::size_t>(std::min(width, n - first)));
        scales[static_cast<std::size_t>(r * groups + g)] = best_covering(
            grid, part,
            [&](const GroupScale& tried) { return moved(grid, part, first, tried, h, n); });
      }
    }
  });
  return encode(w, grid, std::move(scales));
}

}  // namespace pare
