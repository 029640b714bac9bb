#include "ops/_softmax.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pare::ops {

double peak_of(const std::vector<double>& v, const Lane& lane) {
  double peak = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < lane.size; ++i) peak = std::max(peak, v[lane[i]]);
  return peak;
}

void softmax_lane(std::vector<double>& v, const Lane& lane) {
  const double peak = peak_of(v, lane);
  double sum = 0;
  for (std::int64_t i = 0; i < lane.size; ++i) {
    v[lane[i]] = std::exp(v[lane[i]] - peak);
    sum += v[lane[i]];
  }
  for (std::int64_t i = 0; i < lane.size; ++i) v[lane[i]] /= sum;
}

void softmax(std::vector<double>& v, const Shape& shape, std::size_t axis) {
  for_each_lane(shape, axis, [&](const Lane& lane) { softmax_lane(v, lane); });
}

void log_softmax(std::vector<double>& v, const Shape& shape, std::size_t axis) {
  for_each_lane(shape, axis, [&](const Lane& lane) {
    const double peak = peak_of(v, lane);
    double sum = 0;
    for (std::int64_t i = 0; i < lane.size; ++i) sum += std::exp(v[lane[i]] - peak);
    for (std::int64_t i = 0; i < lane.size; ++i) v[lane[i]] = v[lane[i]] - peak - std::log(sum);
  });
}

void along_axis_infer(ShapeContext& c) {
  if (const SymShape* x = c.input_shape(0)) (void)c.attr_axis("axis", x->size());
  c.set_output(0, c.input(0));
}

Cost softmax_cost(const ShapeContext& c) { return per_output(c, 5); }

}  // namespace pare::ops
