#pragma once

#include <vector>

#include "base/threads.hpp"
#include "ops/_numbers.hpp"
#include "ops/_window.hpp"

namespace pare::ops {

/// Shapes of a convolution: x [B, C, spatial], w [M, C / group, kernel], y [B, M, spatial'].
struct ConvPlan {
  std::int64_t batch = 0, channels = 0, maps = 0, group = 1;
  WindowWalk walk;
  [[nodiscard]] Shape output_shape() const;
};

/// Checks x against w and the attributes. Errors: Fault::corrupt for shapes that do not fit.
ConvPlan plan_conv(const AttributeReader& a, const Shape& x, const Shape& w);
/// Output shape from symbolic shapes; nullopt when a rank or the kernel is unknown.
std::optional<SymShape> conv_shape(const ShapeContext& c, const SymShape* x, const SymShape* w);
/// Adds group, kernel_shape, pads and the like to the schema.
OpDef& conv_attributes(OpDef& def);
/// Multiply-adds of a convolution whose weights are input `w`.
Cost conv_cost(const ShapeContext& c, std::size_t w);

/// y[b, m, p] += sum over c, k of x[b, c, p * stride + k * dilation - pad] * w[m, c, k].
/// Padding reads as 0. Positions run in parallel; each sum is made by one thread in one order.
template <class Number>
void convolve(const ConvPlan& plan, const std::vector<Number>& x, const std::vector<Number>& w,
              std::vector<Number>& y) {
  const std::int64_t depth = plan.channels / plan.group;  // channels that one map sees
  const std::int64_t maps = plan.maps / plan.group;
  const std::int64_t kernel = plan.walk.kernel_count();
  const std::int64_t in_count = plan.walk.in_count();
  const std::int64_t out_count = plan.walk.out_count();
  const std::int64_t row = depth * kernel;
  const auto position = [&](std::int64_t p, const std::vector<Tap>& taps,
                            std::vector<Number>& patch) {
    for (std::int64_t bg = 0; bg < plan.batch * plan.group; ++bg) {
      for (std::int64_t c = 0; c < depth; ++c) {
        const Number* from = x.data() + (bg * depth + c) * in_count;
        for (const Tap& t : taps) patch[c * kernel + t.kernel] = from[t.in];
      }
      for (std::int64_t m = 0; m < maps; ++m) {
        const Number* weights = w.data() + ((bg % plan.group) * maps + m) * row;
        Number sum = 0;
        for (std::int64_t i = 0; i < row; ++i) sum += patch[i] * weights[i];
        y[(bg * maps + m) * out_count + p] += sum;
      }
    }
  };
  parallel_for(out_count, 16, [&](std::int64_t from, std::int64_t to) {
    WindowWalk walk = plan.walk;
    std::vector<Tap> taps;
    std::vector<Number> patch(static_cast<std::size_t>(row));
    for (std::int64_t p = from; p < to; ++p) {
      walk.taps(p, taps);
      if (static_cast<std::int64_t>(taps.size()) < kernel) {
        std::fill(patch.begin(), patch.end(), Number{0});
      }
      position(p, taps, patch);
    }
  });
}

}  // namespace pare::ops
