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
    const double d = std::fabs(static_cast<double>(w[i]) - grid.rounded(w[i], g));
    error += (grid.power == 2 ? d * d : std::pow(d, grid.power)) *
             (importance.empty() ? 1.0 : static_cast<double>(importance[i]));
  }
  return error;
}

float usable(float scale) {
  return std::fabs(scale) >= std::numeric_limits<float>::min() && std::isfinite(scale) ? scale
                                                                                       : 1.0F;
}

/// The least and the greatest of some weights and 0.
struct Span {
  float low = 0;
  float high = 0;
};

Span span_of(std::span<const float> w) {
  Span s;
  for (const float v : w) s = {std::min(s.low, v), std::max(s.high, v)};
  return s;
}

GroupScale covering_span(const WeightGrid& grid, const Span& s, float share) {
  const float least = grid.levels.front();
  const float most = grid.levels.back();
  if (!grid.symmetric) {
    const float scale = usable((s.high - s.low) * share / (most - least));
    const float zero = std::nearbyint(least - s.low * share / scale);
    return {scale, std::clamp(zero, least, most)};
  }
  if (grid.extreme == Extreme::signed_level) {
    const float outermost = -least >= most ? least : most;
    return {usable((s.high > -s.low ? s.high : s.low) * share / outermost), 0};
  }
  const float amax = std::max(-s.low, s.high) * share;
  // Half a step may be clipped on the side that has one level less.
  const float reach = grid.whole ? 0.5F * (most - least) : std::max(-least, most);
  return {usable(amax / reach), 0};
}

/// The scale at which the mean of |w| is 1.
GroupScale by_mean(std::span<const float> w) {
  double sum = 0;
  for (const float v : w) sum += std::fabs(static_cast<double>(v));
  const auto count = static_cast<double>(std::max<std::size_t>(1, w.size()));
  return {usable(static_cast<float>(sum / count)), 0};
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

GroupScale WeightGrid::covering(std::span<const float> w, float share) const {
  return covering_span(*this, span_of(w), share);
}

GroupScale WeightGrid::fit(std::span<const float> w, std::span<const float> importance) const {
  if (rule == ScaleRule::mean) return by_mean(w);
  const Span range = span_of(w);
  GroupScale best = covering_span(*this, range, 1);
  if (rule == ScaleRule::amax || range.low == range.high) return best;
  double least = weighted_error(*this, w, importance, best);
  const auto consider = [&](const GroupScale& tried) {
    const double error = weighted_error(*this, w, importance, tried);
    if (error < least) {
      least = error;
      best = tried;
    }
  };
  constexpr int kSteps = 80;
  const bool mirrored = symmetric && extreme == Extreme::signed_level;
  for (int i = -5; i < kSteps; ++i) {
    const GroupScale tried = covering_span(*this, range, 1.0F - static_cast<float>(i) / 100.0F);
    consider(tried);
    if (mirrored) consider({-tried.scale, 0});
  }
  // The best clipping of so few levels may lie far inside the range of a heavy tail.
  if (levels.size() <= 3 && symmetric) consider(by_mean(w));
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

WeightGrid with_extreme(WeightGrid grid, Extreme extreme) {
  grid.extreme = extreme;
  const bool spare = grid.whole && grid.symmetric && -grid.levels.front() > grid.levels.back();
  if (extreme == Extreme::restricted && spare && grid.levels.size() > 2) {
    grid.levels.erase(grid.levels.begin());
  }
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

CodedWeights encode(const WeightMatrix& w, const WeightGrid& grid, std::vector<GroupScale> scales) {
  CodedWeights out{grid, w.rows, w.columns, std::vector<std::uint8_t>(w.values.size()),
                   std::move(scales)};
  parallel_for(w.rows, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      for (std::int64_t c = 0; c < w.columns; ++c) {
        const auto at = static_cast<std::size_t>(r * w.columns + c);
        const GroupScale& g = out.scale_of(r, c);
        out.codes[at] = static_cast<std::uint8_t>(grid.nearest(w.values[at] / g.scale + g.zero));
      }
    }
  });
  return out;
}

CodedWeights round_to_nearest(const WeightMatrix& w, const WeightGrid& grid,
                              std::span<const float> importance) {
  return encode(w, grid, fit_scales(w, grid, importance));
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
