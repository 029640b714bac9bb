#include <algorithm>

#include "numerics/rounding.hpp"
#include "ops/_quantize.hpp"

namespace pare {
namespace {

constexpr double kGreatest = 255;

void infer(ShapeContext& c) {
  c.set_output(0, dtype_of(ElementKind::u8), c.input(0).shape);
  c.set_output(1, dtype_of(ElementKind::f32), SymShape{});
  c.set_output(2, dtype_of(ElementKind::u8), SymShape{});
}

void reference(OpCall& call) {
  const std::vector<double> x = call.input(0).to_doubles();
  double least = 0;
  double greatest = 0;
  for (const double v : x) {
    least = std::min(least, v);
    greatest = std::max(greatest, v);
  }
  // Scale and ratios are f32: the codes depend on it where a ratio falls between two codes.
  const auto span = static_cast<float>(greatest) - static_cast<float>(least);
  const float scale = span > 0 ? span / static_cast<float>(kGreatest) : 1.0F;
  const double middle = round_nearest_even(static_cast<double>(-static_cast<float>(least) / scale));
  // Infinite inputs make it not a number.
  const double zero = middle >= 0 ? std::min(middle, kGreatest) : 0;
  ops::Affine affine;
  affine.scale = {static_cast<double>(scale)};
  affine.zero = {zero};
  const DType bytes = dtype_of(ElementKind::u8);
  call.set_output(
      0, ops::quantize(x, call.input(0).shape(), affine, bytes, dtype_of(ElementKind::f32)));
  call.set_output(1, Tensor::scalar<float>(scale));
  call.set_output(2, Tensor::scalar<std::uint8_t>(static_cast<std::uint8_t>(zero)));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 5); }

}  // namespace

/// y = saturate(round(x / y_scale) + y_zero_point), where one scale and zero point map the range of
/// x, 0 included, to 0 .. 255; the scale is 1 when all of x is 0. Shapes: x any -> y as x, scale
/// and zero point scalars. Source: ONNX DynamicQuantizeLinear, version 11.
OpDefs op_dynamic_quantize_linear() {
  return OpDef("DynamicQuantizeLinear", 11)
      .input("x", {ElementKind::f32}, "T1")
      .output("y", {ElementKind::u8}, "T2")
      .output("y_scale", {ElementKind::f32}, "tensor(float)")
      .output("y_zero_point", {ElementKind::u8}, "T2")
      .define(infer, reference, cost);
}

}  // namespace pare
