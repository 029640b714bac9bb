#include "ops/_biased.hpp"

namespace pare {
namespace {

constexpr TypeSet kReal = {ElementKind::f16, ElementKind::f32};

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  if (x.rank() == 0) call.fail("a bias for a scalar");
  ops::want_shape(call, call.input(1), {x.shape().back()}, "the bias");
  ops::want_shape(call, call.input(2), x.shape(), "skip");
  std::vector<double> y = x.to_doubles();
  const std::vector<double> bias = call.input(1).to_doubles();
  const std::vector<double> skip = call.input(2).to_doubles();
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += bias[i % bias.size()] + skip[i];
  call.set_output(0, ops::from_doubles(y, x.shape(), x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 2); }

}  // namespace

/// Y = X + bias + skip. Shapes: X [.., C], bias [C], skip as X -> Y as X. Source: ONNX Runtime,
/// ContribOperators.md, BiasAdd.
OpDefs op_bias_add() {
  return OpDef("com.microsoft", "BiasAdd", 1)
      .input("X", kReal)
      .input("bias", kReal)
      .input("skip", kReal)
      .output("Y", kReal)
      .define(ops::biased_infer, reference, cost);
}

}  // namespace pare
