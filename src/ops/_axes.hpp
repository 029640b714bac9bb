#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/op.hpp"

namespace pare::ops {

/// Axes in [-rank, rank) made non-negative and sorted. Fault::corrupt for one outside, or twice.
std::vector<std::int64_t> normal_axes(std::vector<std::int64_t> axes, std::size_t rank);
/// One axis in [-rank, rank) made non-negative; Fault::corrupt outside.
std::size_t normal_axis(std::int64_t axis, std::size_t rank);
/// An index in [-size, size) made non-negative; Fault::corrupt outside.
std::int64_t normal_index(std::int64_t index, std::int64_t size);

/// A shape cut at one axis: element (o, k, i) lies at (o * size + k) * inner + i.
struct AxisView {
  std::int64_t outer = 1;
  std::int64_t size = 1;
  std::int64_t inner = 1;
  AxisView(const Shape& shape, std::size_t axis);
  [[nodiscard]] std::size_t at(std::int64_t o, std::int64_t k, std::int64_t i) const noexcept {
    return static_cast<std::size_t>((o * size + k) * inner + i);
  }
};

/// The values of an optional integer input, when they are known while shapes are inferred:
/// outer nullopt = not known yet; empty inner = the input was not given.
std::optional<std::vector<std::int64_t>> known_ints(const ShapeContext& c, std::size_t input);

/// out[to] = x[from], whatever the element type (sub-byte types and text too). Fault::corrupt when
/// the types differ.
void put_element(Tensor& out, std::int64_t to, const Tensor& x, std::int64_t from);

/// Fills a tensor element by element.
class ElementCopier {
 public:
  ElementCopier(DType type, Shape shape) : out_(type, std::move(shape)) {}
  /// Continues from the elements of `x`.
  explicit ElementCopier(const Tensor& x) : out_(x.clone()) {}
  void put(std::int64_t to, const Tensor& x, std::int64_t from) { put_element(out_, to, x, from); }
  [[nodiscard]] Tensor take() { return std::move(out_); }

 private:
  Tensor out_;
};

/// Copies the elements of `x`, whatever their type: out[i] = x[index[i]].
Tensor gather_elements(const Tensor& x, Shape shape, const std::vector<std::int64_t>& index);

}  // namespace pare::ops
