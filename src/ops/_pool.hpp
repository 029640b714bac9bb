#pragma once

#include <vector>

#include "base/threads.hpp"
#include "ops/_numbers.hpp"
#include "ops/_window.hpp"

namespace pare::ops {

/// Outputs: [B, C, spatial'] by the window of the node; a second output becomes int64.
void pool_infer(ShapeContext& c);
/// Window of a pooling node over x. Fault::corrupt for less than one spatial dimension.
WindowWalk plan_pool(const AttributeReader& a, const Shape& x);
Shape pool_shape(const Shape& x, const WindowWalk& walk);
/// kernel_shape, pads, strides, dilations, auto_pad, ceil_mode.
OpDef& pool_attributes(OpDef& def);
Cost pool_cost(const ShapeContext& c);

/// Calls body(plane, out, taps, padded) for every plane [B, C] and output position; `padded` counts
/// the taps on the padded input. Positions run in parallel.
template <class Body>
void for_each_window(const WindowWalk& plan, std::int64_t planes, const Body& body) {
  parallel_for(plan.out_count(), 16, [&](std::int64_t from, std::int64_t to) {
    WindowWalk walk = plan;
    std::vector<Tap> taps;
    for (std::int64_t p = from; p < to; ++p) {
      const std::int64_t padded = walk.taps(p, taps);
      for (std::int64_t i = 0; i < planes; ++i) body(i, p, taps, padded);
    }
  });
}

/// Output [B, C, 1, ...] of the global poolings.
void global_pool_infer(ShapeContext& c);
Shape global_pool_shape(const AttributeReader& a, const Shape& x);

/// Index of the greatest tap: the first of equals; NaN is greater than all. -1 without taps.
std::int64_t greatest_tap(const double* in, const std::vector<Tap>& taps);

}  // namespace pare::ops
