#include "ops/_conv.hpp"
#include "ops/_quantize.hpp"

namespace pare {
namespace {

constexpr TypeSet kBytes = {ElementKind::i8, ElementKind::u8};

void infer(ShapeContext& c) {
  c.set_output(0, dtype_of(ElementKind::i32),
               ops::conv_shape(c, c.input_shape(0), c.input_shape(1)));
}

Cost cost(const ShapeContext& c) { return ops::conv_cost(c, 1); }

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& w = call.input(1);
  const ops::ConvPlan plan = ops::plan_conv(call, x.shape(), w.shape());
  std::vector<std::uint64_t> in = ops::to_wrapping(x);
  std::vector<std::uint64_t> weights = ops::to_wrapping(w);
  ops::subtract_zero(in, call, 2, {1, 1});
  const std::int64_t row = plan.channels / plan.group * plan.walk.kernel_count();
  ops::subtract_zero(weights, call, 3, {plan.maps, row});
  const Shape shape = plan.output_shape();
  std::vector<std::uint64_t> y(static_cast<std::size_t>(element_count(shape)));
  ops::convolve(plan, in, weights, y);
  call.set_output(0, ops::from_wrapping(y, shape, dtype_of(ElementKind::i32)));
}

}  // namespace

/// Convolution of 8-bit codes less their zero points, summed in 32 bits; padding is zero after the
/// zero point is taken off. Shapes: as Conv; x_zero_point [], w_zero_point [] or [M]. Source: ONNX
/// ConvInteger, version 10.
OpDefs op_conv_integer() {
  OpDef def("ConvInteger", 10);
  def.input("x", kBytes, "T1")
      .input("w", kBytes, "T2")
      .optional_input("x_zero_point", kBytes, "T1")
      .optional_input("w_zero_point", kBytes, "T2")
      .output("y", {ElementKind::i32}, "T3")
      .define(infer, reference, cost);
  return ops::conv_attributes(def);
}

}  // namespace pare
