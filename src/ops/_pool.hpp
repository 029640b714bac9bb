#pragma once

#include "ops/_window.hpp"

namespace pare::ops {

struct PoolShape {
  std::int64_t planes = 0;  ///< batch * channels
  Shape in, out, shape;     ///< spatial sizes, and the whole result
  Window window;
};
PoolShape pool_shape(const OpCall& call);
/// Output 0 (and 1 as int64, where there is one) of a pool.
void pool_infer(ShapeContext& c);
Cost pool_cost(const ShapeContext& c);
OpDef& pool_attributes(OpDef& def);

/// For every output position calls fn(o, taps, clipped): taps are the offsets inside the input
/// plane, `clipped` how many positions of the window lie in the padding (but not behind it, where
/// ceil_mode lets a window hang over).
template <class Fn>
void for_each_window(const PoolShape& s, Fn fn) {
  const std::size_t d = s.in.size();
  const Shape strides = strides_of(s.in);
  const std::int64_t k_size = element_count(s.window.kernel);
  const std::int64_t out_size = element_count(s.out);
  std::vector<std::int64_t> taps;
  Shape o(d, 0);
  for (std::int64_t at = 0; at < out_size; ++at) {
    taps.clear();
    std::int64_t clipped = 0;
    Shape k(d, 0);
    for (std::int64_t t = 0; t < k_size; ++t) {
      std::int64_t offset = 0;
      bool inside = true;
      bool beyond = false;
      for (std::size_t i = 0; i < d; ++i) {
        const std::int64_t p =
            o[i] * s.window.strides[i] + k[i] * s.window.dilations[i] - s.window.before[i];
        inside = inside && p >= 0 && p < s.in[i];
        beyond = beyond || p >= s.in[i] + s.window.after[i];
        offset += p * strides[i];
      }
      if (inside) taps.push_back(offset);
      if (!inside && !beyond) ++clipped;
      for (std::size_t i = d; i-- > 0;) {
        if (++k[i] < s.window.kernel[i]) break;
        k[i] = 0;
      }
    }
    fn(at, taps, clipped);
    for (std::size_t i = d; i-- > 0;) {
      if (++o[i] < s.out[i]) break;
      o[i] = 0;
    }
  }
}

}  // namespace pare::ops
