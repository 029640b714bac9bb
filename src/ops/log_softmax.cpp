#include "ops/_gradient.hpp"
#include "ops/_softmax.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  std::vector<double> v = x.to_doubles();
  ops::log_softmax(v, x.shape(), static_cast<std::size_t>(call.attr_axis("axis", x.rank())));
  call.set_output(0, ops::from_doubles(v, x.shape(), x.type()));
}

void gradient(GradientContext& g) {
  Value* all = g.sum(g.dy(0), {g.attr_int("axis")});
  g.set_dx(0, g.sub(g.dy(0), g.mul(g.exp(g.y(0)), all)));
}

}  // namespace

/// y = x - max x - log(sum(exp(x - max x))) along `axis`. Shapes: x [..., N, ...] -> y as x.
/// Errors: Fault::corrupt when axis is outside the rank. Source: ONNX LogSoftmax, version 13.
OpDefs op_log_softmax() {
  return OpDef("LogSoftmax", 13)
      .input("input", types::kFloat)
      .output("output", types::kFloat)
      .attribute("axis", std::int64_t{-1}, "dimension to normalise over")
      .define(ops::along_axis_infer, reference, ops::softmax_cost)
      .differentiable(gradient);
}

}  // namespace pare
