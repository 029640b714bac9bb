#pragma once

#include <cmath>
#include <limits>

#include "ops/_elementwise.hpp"

namespace pare::ops {

/// Calls fn(first, step, count) for every lane of x along `axis`.
template <class Fn>
void for_each_lane(const Shape& shape, std::size_t axis, Fn fn) {
  std::int64_t inner = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  const std::int64_t size = shape[axis];
  const std::int64_t lanes = size == 0 ? 0 : element_count(shape) / size;
  for (std::int64_t l = 0; l < lanes; ++l) {
    fn(static_cast<std::size_t>(l / inner * inner * size + l % inner),
       static_cast<std::size_t>(inner), static_cast<std::size_t>(size));
  }
}

template <bool kLog>
void softmax_reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  const std::vector<double> in = x.to_doubles();
  std::vector<double> out(in.size());
  for_each_lane(x.shape(), axis, [&](std::size_t first, std::size_t step, std::size_t count) {
    double peak = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < count; ++i) peak = std::fmax(peak, in[first + i * step]);
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += std::exp(in[first + i * step] - peak);
    for (std::size_t i = 0; i < count; ++i) {
      const double z = in[first + i * step] - peak;
      out[first + i * step] = kLog ? z - std::log(sum) : std::exp(z) / sum;
    }
  });
  call.set_output(0, Tensor::of<double>(x.shape(), out).cast(x.type()));
}

OpDef softmax_def(const char* name, void (*reference)(OpCall&));

}  // namespace pare::ops
