#pragma once

#include "runtime/kernel.hpp"

namespace pare {

/// How a sliding window of `kernel` sizes lies over an image, for concrete sizes.
struct WindowSizes {
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> strides;
  std::vector<std::int64_t> dilations;  ///< 1 = dense
  std::vector<std::int64_t> before;     ///< padding
  std::vector<std::int64_t> after;      ///< padding that makes the output size come out
};

/// Reads strides, dilations, pads and auto_pad of a convolution or pool from x [N, C, ...] to
/// y [N, C', ...]. `after` is what the output size asks for (ceil_mode may need more than stated).
WindowSizes window_sizes(const AttributeReader& a, const Shape& kernel, const Shape& x,
                         const Shape& y);

/// Whether some window has no pixel of the image under it. oneDNN 2.6 cannot do that: its pools
/// take other numbers for nothing than the operators do, and its brgemm convolutions then run a
/// kernel for the posts alone that uses a register as the address of a table which holds a mask.
bool sees_only_padding(const WindowSizes& w, const Shape& x, const Shape& y);

}  // namespace pare
