#include "compress/weights/grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

double weighted_error(const WeightGrid& grid, std::span<const float> w,
                      std::span<const float> importance, const GroupScale& g) {
  double error = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double d = static_cast<double>(w[i]) - grid.rounded(w[i], g);
    error += d * d * (importance.empty() ? 1.0 : static_cast<double>(importance[i]));
  }
  return error;
}

float usable(float scale) {
  return scale >= std::numeric_limits<float>::min() && std::isfinite(scale) ? scale : 1.0F;
}

/// The scale at which `share` of the range is covered.
GroupScale covering(const WeightGrid& grid, float low, float high, float share) {
  const float least = grid.levels.front();
  const float most = grid.levels.back();
  if (!grid.symmetric) {
    const float scale = usable((high - low) * share / (most - least));
    const float zero = std::nearbyint(least - low * share / scale);
    return {scale, std::clamp(zero, least, most)};
  }
  const float amax = std::max(-low, high) * share;
  // Half a step may be clipped on the side that has one level less.
  const float reach = grid.whole ? 0.5F * (most - least) : std::max(-least, most);
  return {usable(amax / reach), 0};
}

}  // namespace

std::size_t WeightGrid::nearest(float x) const noexcept {
  if (whole) {
    const float inside = std::clamp(x, levels.front(), levels.back());
    return static_cast<std::size_t>(std::nearbyint(inside) - levels.front());
  }
  const auto it = std::upper_bound(levels.begin(), levels.end(), x);
  if (it == levels.begin()) return 0;
  const auto above = static_cast<std::size_t>(it - levels.begin());
  if (above == levels.size()) return above - 1;
  return x - levels[above - 1] > levels[above] - x ? above : above - 1;
}

GroupScale WeightGrid::fit(std::span<const float> w, std::span<const float> importance) const {
  float low = 0;
  float high = 0;
  double sum = 0;
  for (const float v : w) {
    low = std::min(low, v);
    high = std::max(high, v);
    sum += std::fabs(static_cast<double>(v));
  }
  if (rule == ScaleRule::mean) {
    return {
        usable(static_cast<float>(sum / static_cast<double>(std::max<std::size_t>(1, w.size())))),
        0};
  }
  GroupScale best = covering(*this, low, high, 1);
  if (rule == ScaleRule::amax || low == high) return best;
  constexpr int kSteps = 80;
  double least = weighted_error(*this, w, importance, best);
  for (int i = -5; i < kSteps; ++i) {
    const GroupScale tried = covering(*this, low, high, 1.0F - static_cast<float>(i) / 100.0F);
    const double error = weighted_error(*this, w, importance, tried);
    if (error < least) {
      least = error;
      best = tried;
    }
  }
  return best;
}

WeightGrid grid_of(DType format) {
  const DtypeInfo& info = format.info();
  WeightGrid grid;
  if (info.name == "ternary" || info.name == "binary") grid.rule = ScaleRule::mean;
  const bool whole = format.is_integer() && info.name != "binary";
  if (info.own_scale || info.decode == nullptr || (whole && info.max - info.min > 255)) {
    throw Error(Fault::config, cat("the format ", info.name, " has no list of at most 256 values"));
  }
  if (whole) {
    grid.whole = true;
    for (double v = info.min; v <= info.max; ++v) grid.levels.push_back(static_cast<float>(v));
    return grid;
  }
  const double bits = format.bits_per_value();
  if (bits > 8) {
    throw Error(Fault::config, cat("the format ", info.name, " has no list of at most 256 values"));
  }
  const auto count = static_cast<std::size_t>(std::lround(std::exp2(bits)));
  for (std::size_t code = 0; code < count; ++code) {
    std::vector<std::byte> block(info.bytes, std::byte{0});
    block[0] = static_cast<std::byte>(code);
    float value = 0;
    info.decode(block, std::span(&value, 1));
    if (std::isfinite(value)) grid.levels.push_back(value);
  }
  std::sort(grid.levels.begin(), grid.levels.end());
  grid.levels.erase(std::unique(grid.levels.begin(), grid.levels.end()), grid.levels.end());
  return grid;
}

const GroupScale& CodedWeights::scale_of(std::int64_t r, std::int64_t c) const noexcept {
  if (grid.one_scale) return scales[0];
  const std::int64_t g = c / grid.width(columns);
  return scales[static_cast<std::size_t>(r * grid.groups(columns) + g)];
}

float CodedWeights::value(std::int64_t r, std::int64_t c) const noexcept {
  const GroupScale& g = scale_of(r, c);
  return (grid.levels[codes[static_cast<std::size_t>(r * columns + c)]] - g.zero) * g.scale;
}

WeightMatrix CodedWeights::decoded() const {
  WeightMatrix w{rows, columns, std::vector<float>(codes.size())};
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      w.values[static_cast<std::size_t>(r * columns + c)] = value(r, c);
    }
  }
  return w;
}

std::vector<GroupScale> fit_scales(const WeightMatrix& w, const WeightGrid& grid,
                                   std::span<const float> importance) {
  for (const float v : w.values) {
    if (!std::isfinite(v)) throw Error(Fault::corrupt, "a weight is not finite");
  }
  if (grid.one_scale) {
    std::vector<float> each;
    for (std::int64_t r = 0; r < w.rows && !importance.empty(); ++r) {
      each.insert(each.end(), importance.begin(), importance.end());
    }
    return {grid.fit(w.values, each)};
  }
  const std::int64_t groups = grid.groups(w.columns);
  const std::int64_t width = grid.width(w.columns);
  std::vector<GroupScale> scales(static_cast<std::size_t>(w.rows * groups));
  parallel_for(w.rows, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      for (std::int64_t g = 0; g < groups; ++g) {
        const auto first = static_cast<std::size_t>(g * width);
        const auto n = static_cast<std::size_t>(std::min(width, w.columns - g * width));
        scales[static_cast<std::size_t>(r * groups + g)] =
            grid.fit(w.row(r).subspan(first, n),
                     importance.empty() ? importance : importance.subspan(first, n));
      }
    }
  });
  return scales;
}

CodedWeights round_to_nearest(const WeightMatrix& w, const WeightGrid& grid,
                              std::span<const float> importance) {
  CodedWeights out{grid, w.rows, w.columns, std::vector<std::uint8_t>(w.values.size()), {}};
  out.scales = fit_scales(w, grid, importance);
  for (std::int64_t r = 0; r < w.rows; ++r) {
    for (std::int64_t c = 0; c < w.columns; ++c) {
      const auto at = static_cast<std::size_t>(r * w.columns + c);
      const GroupScale& g = out.scale_of(r, c);
      out.codes[at] = static_cast<std::uint8_t>(grid.nearest(w.values[at] / g.scale + g.zero));
    }
  }
  return out;
}

double output_error(const WeightMatrix& a, const WeightMatrix& b, std::span<const double> h) {
  const std::int64_t n = a.columns;
  std::vector<double> noise(static_cast<std::size_t>(a.rows), 0);
  std::vector<double> signal(static_cast<std::size_t>(a.rows), 0);
  parallel_for(a.rows, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const auto x = a.row(r);
      const auto y = b.row(r);
      for (std::int64_t i = 0; i < n; ++i) {
        double hx = 0;
        double hd = 0;
        const double* row = h.data() + i * n;
        for (std::int64_t j = 0; j < n; ++j) {
          hx += row[j] * x[j];
          hd += row[j] * (static_cast<double>(x[j]) - y[j]);
        }
        signal[r] += hx * x[i];
        noise[r] += hd * (static_cast<double>(x[i]) - y[i]);
      }
    }
  });
  double s = 0;
  double e = 0;
  for (std::size_t r = 0; r < noise.size(); ++r) {
    s += signal[r];
    e += noise[r];
  }
  return s > 0 ? e / s : 0;
}

}  // namespace pare
