#pragma once

#include <cstdint>

#include "tensor/tensor.hpp"

namespace pare {

enum class ResizeFilter : std::uint8_t { nearest, bilinear, bicubic };

/// Resizes a u8 picture [H, W, C]. With `antialias` the filter widens when the picture shrinks, and
/// both passes round to 8 bits, as the Pillow library does (published accuracies rest on it); the
/// bicubic kernel has a = -0.5. Without, plain interpolation between pixel centres, rounded once,
/// with a = -0.75, as OpenCV does. `nearest` takes floor((i + 0.5) * in / out).
/// Errors: Fault::usage for a size below 1 or above 65535.
Tensor resize_image(const Tensor& image, std::int64_t height, std::int64_t width,
                    ResizeFilter filter, bool antialias);

/// The rectangle of `height` x `width` that begins at (top, left). Parts outside the picture are
/// filled with `pad`.
struct CropBox {
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
};
Tensor crop_image(const Tensor& image, const CropBox& box, std::uint8_t pad);

}  // namespace pare
