#include "ops/_biased.hpp"
#include "ops/_gelu.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void gradient(GradientContext& g) {
  ops::biased_gradient(g, [](GraphBuilder& b, Value* x) { return ops::gelu_slope(b, x, false); });
}

}  // namespace

/// C = gelu(A + B), gelu(x) = x P(N <= x). Shapes: A [.., N], B [N] -> C as A.
/// Source: ONNX Runtime, ContribOperators.md, BiasGelu.
OpDefs op_bias_gelu() {
  return OpDef("com.microsoft", "BiasGelu", 1)
      .input("A", types::kFloat)
      .input("B", types::kFloat)
      .output("C", types::kFloat)
      .define(ops::biased_infer, ops::biased_reference<ops::gelu>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
