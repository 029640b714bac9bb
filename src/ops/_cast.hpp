#pragma once

#include "ir/op.hpp"
#include "numerics/e8m0.hpp"
#include "tensor/tensor.hpp"

namespace pare::ops {

/// ONNX Cast: floats to integers truncate towards zero and wrap as two's complement where they fit
/// 64 bits; integers wrap; to booleans x != 0; text by decimal notation. Without `saturate` what
/// overflows an 8-bit float becomes its infinity or NaN; with it, infinities overflow too. NaN is
/// -0 in float4e2m1, which has none. `scale_rounding` is for float8e8m0. Errors: Fault::corrupt for
/// text that is no number.
Tensor cast_values(const Tensor& x, DType to, bool saturate,
                   ScaleRounding scale_rounding = ScaleRounding::up);

/// The element type that an attribute names by its TensorProto.DataType. Errors: Fault::corrupt for
/// a number that is none.
DType type_attribute(const AttributeReader& a, std::string_view name);
/// As type_attribute; Fault::corrupt unless it is a float type of 16 bits or more.
DType float_attribute(const AttributeReader& a, std::string_view name);

/// What the attribute round_mode asks for. Errors: Fault::corrupt for another word.
ScaleRounding scale_rounding(const AttributeReader& a);

}  // namespace pare::ops
