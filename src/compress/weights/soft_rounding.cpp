#include "compress/weights/soft_rounding.hpp"

#include "base/threads.hpp"

namespace pare {

SoftStep soft_step(int iteration, int iterations, double rate, double rounding, double warm_up) {
  constexpr double kBegin = 20;
  constexpr double kEnd = 2;
  SoftStep step{iteration, rate, rounding, 0};
  const double progress = static_cast<double>(iteration) / iterations;
  if (progress < warm_up) return step;
  step.beta = kBegin + (kEnd - kBegin) * (progress - warm_up) / (1 - warm_up);
  return step;
}

SoftWeights::SoftWeights(const WeightMatrix& w, const CodedWeights& nearest) : nearest_(nearest) {
  const std::vector<float>& levels = nearest.grid.levels;
  for (std::int64_t r = 0; r < w.rows; ++r) {
    for (std::int64_t c = 0; c < w.columns; ++c) {
      const GroupScale& g = nearest.scale_of(r, c);
      const float x = w.row(r)[static_cast<std::size_t>(c)] / g.scale + g.zero;
      auto above = static_cast<std::size_t>(std::upper_bound(levels.begin(), levels.end(), x) -
                                            levels.begin());
      above = std::clamp<std::size_t>(above, 1, levels.size() - 1);
      const float gap = levels[above] - levels[above - 1];
      below_.push_back(static_cast<std::uint8_t>(above - 1));
      low_.push_back((levels[above - 1] - g.zero) * g.scale);
      step_.push_back(gap * g.scale);
      v_.push_back(soft_place((x - levels[above - 1]) / gap));
    }
  }
  m_.assign(v_.size(), 0);
  s_.assign(v_.size(), 0);
}

WeightMatrix SoftWeights::soft() const {
  WeightMatrix w{nearest_.rows, nearest_.columns, std::vector<float>(v_.size())};
  parallel_for(
      static_cast<std::int64_t>(v_.size()), 4096, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
          w.values[i] = low_[i] + step_[i] * soft_share(v_[i]).h;
        }
      });
  return w;
}

void SoftWeights::descend(const WeightMatrix& slope, const SoftStep& step) {
  constexpr double kFirst = 0.9;
  constexpr double kSecond = 0.999;
  const auto fade1 = static_cast<float>(1 / (1 - std::pow(kFirst, step.iteration + 1)));
  const auto fade2 = static_cast<float>(1 / (1 - std::pow(kSecond, step.iteration + 1)));
  const auto rate = static_cast<float>(step.rate);
  const auto one = [&](std::size_t i) {
    const SoftShare share = soft_share(v_[i]);
    float d = slope.values[i] * step_[i];
    if (step.beta > 0) d += static_cast<float>(step.rounding) * hardness_slope(share.h, step.beta);
    d *= share.slope;
    m_[i] = static_cast<float>(kFirst) * m_[i] + static_cast<float>(1 - kFirst) * d;
    s_[i] = static_cast<float>(kSecond) * s_[i] + static_cast<float>(1 - kSecond) * d * d;
    v_[i] -= rate * m_[i] * fade1 / (std::sqrt(s_[i] * fade2) + 1e-8F);
  };
  parallel_for(static_cast<std::int64_t>(v_.size()), 4096,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) one(static_cast<std::size_t>(i));
               });
}

CodedWeights SoftWeights::hard() const {
  CodedWeights out = nearest_;
  for (std::size_t i = 0; i < v_.size(); ++i) {
    const int up = soft_share(v_[i]).h >= 0.5F ? 1 : 0;
    out.codes[i] = static_cast<std::uint8_t>(below_[i] + up);
  }
  return out;
}

}  // namespace pare
