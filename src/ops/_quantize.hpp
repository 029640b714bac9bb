#pragma once

#include <vector>

#include "ops/_numbers.hpp"

namespace pare::ops {

/// Which scale belongs to which element: one for all, one per index of an axis, or one per block
/// of `block` indices of an axis.
struct ScaleLayout {
  std::int64_t inner = 1;   ///< elements behind the axis
  std::int64_t size = 1;    ///< of the axis
  std::int64_t block = 1;   ///< indices that share a scale
  std::int64_t blocks = 1;  ///< scales along the axis
  bool one = true;          ///< one scale for all
  bool blocked = false;     ///< scales have the rank of x

  [[nodiscard]] std::int64_t operator()(std::int64_t i) const noexcept {
    if (one) return 0;
    const std::int64_t outer = i / (inner * size);
    const std::int64_t at = i / inner % size / block;
    return blocked ? (outer * blocks + at) * inner + i % inner : at;
  }
};

/// Layout of scales of shape `scale` for x. Scalars and single values are one scale; `block_size`
/// 0 = one per index of `axis`. Errors: Fault::corrupt when the shapes do not fit.
ScaleLayout scale_layout(const AttributeReader& a, const Shape& x, const Shape& scale,
                         std::int64_t axis, std::int64_t block_size);

/// Scale and zero point, widened; an absent zero point is 0.
struct Affine {
  std::vector<double> scale;
  std::vector<double> zero;
  ScaleLayout layout;
};

/// Scales and zero points of two inputs; the layout is left to the caller. Errors: Fault::corrupt
/// when their counts differ.
Affine read_affine(const OpCall& call, std::size_t scale, std::size_t zero);
/// One scale, and one zero point of the type of the quantized values, from two inputs of a node.
/// Errors: Fault::corrupt when either holds more than one value.
Affine single_affine(const OpCall& call, std::size_t scale, std::size_t zero);
/// As single_affine, or one scale per index of `axis` of x.
Affine axis_affine(const OpCall& call, std::size_t scale, std::size_t zero, const Shape& x,
                   std::int64_t axis);

/// Zero points given one for all, or `count` of them, each for `run` elements in a row, over and
/// over.
struct ZeroLayout {
  std::int64_t count = 1;
  std::int64_t run = 1;
};
/// Takes the zero points of input `zero`, when given, off `codes`. Fault::corrupt for a wrong
/// count.
void subtract_zero(std::vector<std::uint64_t>& codes, const OpCall& call, std::size_t zero,
                   const ZeroLayout& layout);

/// (x - zero) * scale.
std::vector<double> dequantize(const Tensor& x, const Affine& affine);
/// round(x / scale) + zero, half to even, limited to the range of `to`. The ratio is rounded to
/// `precision` first when that is a float type. Values of 8-bit float types that overflow become
/// infinity or NaN without `saturate`.
Tensor quantize(const std::vector<double>& x, const Shape& shape, const Affine& affine, DType to,
                DType precision = {}, bool saturate = true);

/// Unsigned bytes over the range of some values and 0.
struct ByteRange {
  double scale = 1;
  double zero = 0;  ///< the code of 0
  /// The code of x less that of 0.
  [[nodiscard]] std::int64_t steps(double x) const;
};
/// Of float32 values; made in float32, as the runtime that defines dynamic quantization makes them.
ByteRange byte_range(const std::vector<double>& x);

/// The quantized value nearest to x, as a number.
double quantize_one(double x, double scale, double zero, DType to);

}  // namespace pare::ops
