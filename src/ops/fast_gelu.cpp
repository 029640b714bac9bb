#include "ops/_biased.hpp"
#include "ops/_gelu.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void gradient(GradientContext& g) {
  ops::biased_gradient(g, [](GraphBuilder& b, Value* x) { return ops::gelu_slope(b, x, true); });
}

}  // namespace

/// Y = gelu(X + bias) by its tanh form. Shapes: X [.., N], bias [N], optional -> Y as X.
/// Source: ONNX Runtime, ContribOperators.md, FastGelu.
OpDefs op_fast_gelu() {
  return OpDef("com.microsoft", "FastGelu", 1)
      .input("X", types::kFloat)
      .optional_input("bias", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::biased_infer, ops::biased_reference<ops::gelu_by_tanh>, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
