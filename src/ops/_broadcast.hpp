#pragma once

#include <cstdint>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare::ops {

/// For every element of `to`, row-major, the index of the element of `from` it reads under
/// multidirectional broadcasting.
std::vector<std::int64_t> broadcast_offsets(const Shape& from, const Shape& to);

/// Steps through the indices of `shape`, row-major, keeping one linear offset for given strides.
class StridedWalk {
 public:
  StridedWalk(const Shape& shape, Shape strides);
  [[nodiscard]] std::int64_t offset() const noexcept { return offset_; }
  void next() noexcept;

 private:
  Shape shape_;
  Shape strides_;
  Shape index_;
  std::int64_t offset_ = 0;
};

}  // namespace pare::ops
