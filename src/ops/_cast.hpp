#pragma once

#include "tensor/tensor.hpp"

namespace pare::ops {

/// ONNX Cast: floats to integers truncate towards zero and wrap as two's complement where they fit
/// 64 bits; integers wrap; to booleans x != 0; text by decimal notation. Without `saturate` what
/// overflows an 8-bit float becomes its infinity or NaN. Errors: Fault::corrupt for text that is
/// no number.
Tensor cast_values(const Tensor& x, DType to, bool saturate);

}  // namespace pare::ops
