#include "ops/_activation.hpp"
#include "ops/_conv.hpp"

namespace pare {
namespace {

constexpr TypeSet kReal = {ElementKind::f16, ElementKind::f32, ElementKind::f64};

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(0), ops::conv_shape(c, c.input_shape(0), c.input_shape(1)));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& w = call.input(1);
  const auto f = ops::fused_activation(call, call.attr_string("activation"),
                                       call.attr_floats("activation_params"));
  const ops::ConvPlan plan = ops::plan_conv(call, x.shape(), w.shape());
  const Shape shape = plan.output_shape();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  if (call.has_input(2)) {
    ops::want_shape(call, call.input(2), {plan.maps}, "the bias");
    const std::vector<double> bias = call.input(2).to_doubles();
    const auto inner = static_cast<std::size_t>(plan.walk.out_count());
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = bias[i / inner % bias.size()];
  }
  ops::convolve(plan, x.to_doubles(), w.to_doubles(), y);
  if (call.has_input(3)) {
    ops::want_shape(call, call.input(3), shape, "Z");
    const std::vector<double> z = call.input(3).to_doubles();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += z[i];
  }
  for (double& v : y) v = f(v);
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::conv_cost(c, 1); }

}  // namespace

/// Y = f(convolution of X with W, plus B, plus Z). Shapes: X [B, C, spatial],
/// W [M, C / group, kernel], B [M], Z as Y -> Y [B, M, spatial'].
/// Source: ONNX Runtime, ContribOperators.md, FusedConv.
OpDefs op_fused_conv() {
  OpDef def("com.microsoft", "FusedConv", 1);
  def.input("X", kReal)
      .input("W", kReal)
      .optional_input("B", kReal)
      .optional_input("Z", kReal)
      .output("Y", kReal)
      .attribute("activation", std::string(), "Relu, Tanh, Sigmoid, LeakyRelu, Clip, HardSigmoid")
      .optional_attribute("activation_params", AttributeKind::reals, "numbers of the activation");
  return ops::conv_attributes(def).define(infer, reference, cost);
}

}  // namespace pare
