#pragma once

#include <vector>

#include "ops/_elementwise.hpp"
#include "ops/_quantize.hpp"

namespace pare::ops {

/// What the quantized operators of ONNX Runtime share: a value of 8-bit codes is followed by its
/// scale and its zero point (0 when it is not given), one of each for the whole tensor.
inline constexpr TypeSet kByteCodes = {ElementKind::i8, ElementKind::u8};

/// Adds the inputs `name`, `name`_scale and, optional, `name`_zero_point.
OpDef& quantized_input(OpDef& def, const std::string& name);
/// Adds the inputs `name`_scale and, optional, `name`_zero_point of an output.
OpDef& output_scale(OpDef& def, const std::string& name);

/// (x - zero) * scale of input `x`, whose scale and zero point are the two inputs behind it.
std::vector<double> dequantized(const OpCall& call, std::size_t x);
/// round(values / scale) + zero, as `to`; scale and zero point are the inputs `scale` and behind.
Tensor requantized(const OpCall& call, const std::vector<double>& values, const Shape& shape,
                   std::size_t scale, DType to);

/// y = quantize(f(dequantize(x))); inputs x, x_scale, x_zero_point, y_scale, y_zero_point.
template <class Fn>
void qlinear_unary(OpCall& call) {
  std::vector<double> v = dequantized(call, 0);
  const Fn fn(call);
  for (double& x : v) x = fn(x);
  call.set_output(0, requantized(call, v, call.input(0).shape(), 3, call.input(0).type()));
}

/// c = quantize(f(dequantize(a), dequantize(b))), broadcast; each of a, b, c with scale and zero
/// point.
template <class Fn>
void qlinear_binary(OpCall& call) {
  const Shape shape = broadcast_shapes(call.input(0).shape(), call.input(3).shape());
  const auto ia = broadcast_offsets(call.input(0).shape(), shape);
  const auto ib = broadcast_offsets(call.input(3).shape(), shape);
  const std::vector<double> a = dequantized(call, 0);
  const std::vector<double> b = dequantized(call, 3);
  std::vector<double> y(ia.size());
  const Fn fn;
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] = fn(a[static_cast<std::size_t>(ia[i])], b[static_cast<std::size_t>(ib[i])]);
  }
  call.set_output(0, requantized(call, y, shape, 6, call.input(0).type()));
}

/// Schemas of the two families.
OpDef qlinear_unary_def(const char* name, void (*reference)(OpCall&));
OpDef qlinear_binary_def(const char* name, void (*reference)(OpCall&));

}  // namespace pare::ops
