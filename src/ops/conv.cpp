#include "ops/_conv.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(0), ops::conv_shape(c, c.input_shape(0), c.input_shape(1)));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& w = call.input(1);
  const ops::ConvPlan plan = ops::plan_conv(call, x.shape(), w.shape());
  const Shape shape = plan.output_shape();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  if (call.has_input(2)) {
    ops::want_shape(call, call.input(2), {plan.maps}, "the bias");
    const std::vector<double> bias = call.input(2).to_doubles();
    const std::int64_t inner = plan.walk.out_count();
    for (std::int64_t i = 0; i < element_count(shape); ++i) y[i] = bias[i / inner % plan.maps];
  }
  ops::convolve(plan, x.to_doubles(), w.to_doubles(), y);
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::conv_cost(c, 1); }

}  // namespace

/// y = convolution of x with w, plus b. Shapes: x [B, C, spatial], w [M, C / group, kernel],
/// b [M] -> y [B, M, spatial']. Source: ONNX Conv, version 22.
OpDefs op_conv() {
  OpDef def("Conv", 22);
  def.input("X", types::kFloat)
      .input("W", types::kFloat)
      .optional_input("B", types::kFloat)
      .output("Y", types::kFloat);
  return ops::conv_attributes(def).define(infer, reference, cost);
}

}  // namespace pare
