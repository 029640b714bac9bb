#include "ops/_gradient.hpp"
#include "ops/_softmax.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  std::vector<double> v = x.to_doubles();
  ops::softmax(v, x.shape(), static_cast<std::size_t>(call.attr_axis("axis", x.rank())));
  call.set_output(0, ops::from_doubles(v, x.shape(), x.type()));
}

void gradient(GradientContext& g) {
  Value* dot = g.sum(g.mul(g.dy(0), g.y(0)), {g.attr_int("axis")});
  g.set_dx(0, g.mul(g.y(0), g.sub(g.dy(0), dot)));
}

}  // namespace

/// y = exp(x - max x) / sum(exp(x - max x)) along `axis`. Shapes: x [..., N, ...] -> y as x.
/// Errors: Fault::corrupt when axis is outside the rank. Source: ONNX Softmax, version 13.
OpDefs op_softmax() {
  return OpDef("Softmax", 13)
      .input("input", types::kFloat)
      .output("output", types::kFloat)
      .attribute("axis", std::int64_t{-1}, "dimension to normalise over")
      .define(ops::along_axis_infer, reference, ops::softmax_cost)
      .differentiable(gradient);
}

}  // namespace pare
