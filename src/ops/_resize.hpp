#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/op.hpp"

namespace pare::ops {

/// The attributes of a Resize, checked.
struct ResizePlan {
  enum class Mode : std::uint8_t { nearest, linear, cubic } mode = Mode::nearest;
  std::string nearest_mode;
  std::string transformation;
  std::string policy;
  double cubic_a = -0.75;
  double extrapolation = 0;
  bool antialias = false;
  bool exclude_outside = false;
  std::vector<std::size_t> axes;  ///< in the order of scales, sizes and roi

  [[nodiscard]] bool crops() const { return transformation == "tf_crop_and_resize"; }
};

/// One dimension of a Resize.
struct ResizeAxis {
  std::int64_t in = 1;
  std::int64_t out = 1;
  double scale = 1;  ///< out per in; need not be a ratio of whole sizes
  double roi_begin = 0;
  double roi_end = 1;
};

/// An input index with its share of an output.
struct ResizeTap {
  std::int64_t index = 0;
  double weight = 1;
};

/// Adds the attributes of Resize to the schema of an operator.
void add_resize_attributes(OpDef& def);

/// Errors: Fault::corrupt for unknown words, axes outside the rank or named twice.
ResizePlan read_resize(const AttributeReader& a, std::size_t rank);

/// in * scale without its fraction. The product is an f32, as ONNX infers it: 10 * 0.7f is 7.
/// Errors: Fault::corrupt unless scale is positive and the size fits.
std::int64_t scaled_size(const AttributeReader& a, std::int64_t in, float scale);

/// Every dimension of x. Exactly one of `scales` and `sizes` holds plan.axes.size() values; roi all
/// begins, then all ends, where the plan crops. Errors: Fault::corrupt when the counts or sizes do
/// not fit.
std::vector<ResizeAxis> resize_axes(const AttributeReader& a, const ResizePlan& plan,
                                    const Shape& x, const std::vector<float>& scales,
                                    const Shape& sizes, const std::vector<float>& roi);

/// What every output index reads; nothing = the extrapolation value. Weights sum to 1.
std::vector<std::vector<ResizeTap>> resize_taps(const ResizePlan& plan, const ResizeAxis& axis);

}  // namespace pare::ops
