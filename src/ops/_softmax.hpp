#pragma once

#include <vector>

#include "ops/_numbers.hpp"

namespace pare::ops {

/// The elements that differ only in one index.
struct Lane {
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t size = 0;
  [[nodiscard]] std::int64_t operator[](std::int64_t i) const noexcept { return start + i * step; }
};

/// Calls body(Lane) for every lane of `shape` along `axis`.
template <class Body>
void for_each_lane(const Shape& shape, std::size_t axis, const Body& body) {
  const std::int64_t inner = inner_size(shape, axis);
  const std::int64_t outer = outer_size(shape, axis);
  const std::int64_t size = shape.at(axis);
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < inner; ++i) body(Lane{o * size * inner + i, inner, size});
  }
}

/// Greatest value of a lane; -infinity when it is empty.
double peak_of(const std::vector<double>& v, const Lane& lane);
/// Softmax of one lane in place.
void softmax_lane(std::vector<double>& v, const Lane& lane);
/// Softmax along `axis` in place.
void softmax(std::vector<double>& v, const Shape& shape, std::size_t axis);
/// Its logarithm along `axis` in place: exact where the softmax itself would be 0.
void log_softmax(std::vector<double>& v, const Shape& shape, std::size_t axis);
/// Output as input 0; checks attribute `axis`.
void along_axis_infer(ShapeContext& c);
Cost softmax_cost(const ShapeContext& c);

}  // namespace pare::ops
