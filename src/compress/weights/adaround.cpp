#include "compress/weights/adaround.hpp"

#include <algorithm>
#include <cmath>

#include "base/threads.hpp"
#include "compress/weights/soft_rounding.hpp"

namespace pare {
namespace {

/// Rows that go through H together.
constexpr std::int64_t kRows = 8;

/// kRows rows side by side: element (c, r) at c * kRows + r.
class Bundle {
 public:
  Bundle(const WeightMatrix& w, const CodedWeights& nearest, const std::vector<float>& h,
         std::int64_t first, const AdaroundOptions& options)
      : w_(w), nearest_(nearest), h_(h), first_(first), options_(options) {
    const auto size = static_cast<std::size_t>(w.columns * kRows);
    for (auto* list : {&low_, &step_, &v_, &difference_, &gradient_, &m_, &s_})
      list->assign(size, 0);
    below_.assign(size, 0);
    up_.assign(size, 0);
    each([&](std::int64_t r, std::int64_t c, std::size_t at) {
      const GroupScale& g = nearest.scale_of(r, c);
      const auto& levels = nearest.grid.levels;
      const float x = w.row(r)[c] / g.scale + g.zero;
      auto above = static_cast<std::size_t>(std::upper_bound(levels.begin(), levels.end(), x) -
                                            levels.begin());
      above = std::clamp<std::size_t>(above, 1, levels.size() - 1);
      below_[at] = static_cast<std::uint8_t>(above - 1);
      low_[at] = (levels[above - 1] - g.zero) * g.scale;
      step_[at] = (levels[above] - levels[above - 1]) * g.scale;
      v_[at] = soft_place((x - levels[above - 1]) / (levels[above] - levels[above - 1]));
    });
  }

  void optimize() {
    for (int i = 0; i < options_.iterations; ++i) iterate(i);
  }

  void take(CodedWeights& out) {
    each([&](std::int64_t, std::int64_t, std::size_t at) {
      up_[at] = soft_share(v_[at]).h >= 0.5F;
    });
    hard_difference();
    multiply();
    polish();
    const std::vector<double> reached = losses();
    each([&](std::int64_t r, std::int64_t c, std::size_t at) {
      difference_[at] = nearest_.value(r, c) - w_.row(r)[c];
    });
    multiply();
    const std::vector<double> before = losses();
    each([&](std::int64_t r, std::int64_t c, std::size_t at) {
      const auto k = static_cast<std::size_t>(r - first_);
      if (reached[k] >= before[k]) return;
      out.codes[static_cast<std::size_t>(r * w_.columns + c)] =
          static_cast<std::uint8_t>(below_[at] + up_[at]);
    });
  }

 private:
  template <class Fn>
  void each(const Fn& fn) const {
    const std::int64_t rows = std::min(kRows, w_.rows - first_);
    for (std::int64_t c = 0; c < w_.columns; ++c) {
      for (std::int64_t k = 0; k < rows; ++k) {
        fn(first_ + k, c, static_cast<std::size_t>(c * kRows + k));
      }
    }
  }

  void hard_difference() {
    each([&](std::int64_t r, std::int64_t c, std::size_t at) {
      difference_[at] = low_[at] + step_[at] * static_cast<float>(up_[at]) - w_.row(r)[c];
    });
  }

  /// Turns single weights over, column by column, while a row's loss d H d' falls: turning d_c by t
  /// adds 2 t (d H)_c + t^2 H_cc.
  void polish() {
    constexpr int kSweeps = 20;
    const std::int64_t n = w_.columns;
    bool turned = true;
    for (int sweep = 0; sweep < kSweeps && turned; ++sweep) {
      turned = false;
      each([&](std::int64_t r, std::int64_t c, std::size_t at) {
        const float t = up_[at] != 0 ? -step_[at] : step_[at];
        const float* row = h_.data() + c * n;
        const double change = 2.0 * t * gradient_[at] + static_cast<double>(t) * t * row[c];
        if (!(change < -1e-9 * std::fabs(static_cast<double>(gradient_[at]) * t))) return;
        up_[at] = up_[at] != 0 ? 0 : 1;
        difference_[at] += t;
        const std::int64_t k = r - first_;
        for (std::int64_t j = 0; j < n; ++j) gradient_[j * kRows + k] += t * row[j];
        turned = true;
      });
    }
  }

  /// gradient = difference H, which is half the slope of the loss.
  void multiply() {
    const std::int64_t n = w_.columns;
    for (std::int64_t i = 0; i < n; ++i) {
      float sums[kRows] = {};
      const float* row = h_.data() + i * n;
      for (std::int64_t j = 0; j < n; ++j) {
        const float* d = difference_.data() + j * kRows;
#pragma omp simd
        for (std::int64_t k = 0; k < kRows; ++k) sums[k] += row[j] * d[k];
      }
      std::copy(std::begin(sums), std::end(sums), gradient_.begin() + i * kRows);
    }
  }

  [[nodiscard]] std::vector<double> losses() const {
    std::vector<double> sum(kRows, 0);
    for (std::size_t at = 0; at < gradient_.size(); ++at) {
      sum[at % kRows] += static_cast<double>(gradient_[at]) * difference_[at];
    }
    return sum;
  }

  void iterate(int i) {
    each([&](std::int64_t r, std::int64_t c, std::size_t at) {
      difference_[at] = low_[at] + step_[at] * soft_share(v_[at]).h - w_.row(r)[c];
    });
    multiply();
    const SoftStep now =
        soft_step(i, options_.iterations, options_.rate, options_.rounding, options_.warm_up);
    constexpr double kFirst = 0.9;
    constexpr double kSecond = 0.999;
    const auto fade1 = static_cast<float>(1 / (1 - std::pow(kFirst, i + 1)));
    const auto fade2 = static_cast<float>(1 / (1 - std::pow(kSecond, i + 1)));
    each([&](std::int64_t, std::int64_t, std::size_t at) {
      const SoftShare s = soft_share(v_[at]);
      float slope = 2 * gradient_[at] * step_[at];
      if (now.beta > 0) {
        slope += static_cast<float>(options_.rounding) * hardness_slope(s.h, now.beta);
      }
      const float d = slope * s.slope;
      m_[at] = static_cast<float>(kFirst) * m_[at] + static_cast<float>(1 - kFirst) * d;
      s_[at] = static_cast<float>(kSecond) * s_[at] + static_cast<float>(1 - kSecond) * d * d;
      v_[at] -=
          static_cast<float>(options_.rate) * m_[at] * fade1 / (std::sqrt(s_[at] * fade2) + 1e-8F);
    });
  }

  const WeightMatrix& w_;
  const CodedWeights& nearest_;
  const std::vector<float>& h_;
  std::int64_t first_;
  const AdaroundOptions& options_;
  std::vector<std::uint8_t> below_;  // index of the level below
  std::vector<std::uint8_t> up_;     // 1: the level above it was chosen
  std::vector<float> low_, step_, v_, difference_, gradient_, m_, s_;
};

/// H over the mean power of an output, so that losses do not depend on the size of the activations.
std::vector<float> normalized(const WeightMatrix& w, std::span<const double> h) {
  const std::int64_t n = w.columns;
  std::vector<double> power(static_cast<std::size_t>(w.rows), 0);
  parallel_for(w.rows, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const auto x = w.row(r);
      for (std::int64_t i = 0; i < n; ++i) {
        double sum = 0;
        for (std::int64_t j = 0; j < n; ++j) sum += h[i * n + j] * x[j];
        power[r] += sum * x[i];
      }
    }
  });
  double mean = 0;
  for (const double p : power) mean += p / static_cast<double>(w.rows);
  std::vector<float> out(h.size());
  for (std::size_t i = 0; i < h.size(); ++i) {
    out[i] = static_cast<float>(mean > 0 ? h[i] / mean : h[i]);
  }
  return out;
}

}  // namespace

CodedWeights adaround(const WeightMatrix& w, std::span<const double> h, const WeightGrid& grid,
                      const AdaroundOptions& options) {
  std::vector<float> importance;
  for (std::int64_t c = 0; c < w.columns; ++c) {
    importance.push_back(static_cast<float>(h[c * w.columns + c]));
  }
  const CodedWeights nearest =
      round_to_nearest(w, grid,
                       grid.rule == ScaleRule::search ? std::span<const float>(importance)
                                                      : std::span<const float>());
  const std::vector<float> moments = normalized(w, h);
  CodedWeights out = nearest;
  const std::int64_t bundles = (w.rows + kRows - 1) / kRows;
  parallel_for(bundles, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      Bundle bundle(w, nearest, moments, b * kRows, options);
      bundle.optimize();
      bundle.take(out);
    }
  });
  return out;
}

}  // namespace pare
