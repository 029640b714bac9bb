#include "ops/_gradient.hpp"
#include "ops/_norm.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  ops::skip_norm_reference(call, {.gamma = 2, .beta = 3, .bias = 4}, /*centred=*/true);
}

void gradient(GradientContext& g) {
  ops::skip_norm_gradient(g, {.gamma = 2, .beta = 3, .bias = 4}, /*centred=*/true);
}

}  // namespace

/// s = input + skip + bias; output = (s - mean) / sqrt(var + epsilon) * gamma + beta over the last
/// dimension. Shapes: input [B, T, C] or [T, C], skip as input or broadcast to it, gamma, beta and
/// bias [C]; the statistics have 1 in the last dimension. Source: ONNX Runtime,
/// ContribOperators.md, SkipLayerNormalization.
OpDefs op_skip_layer_normalization() {
  return OpDef("com.microsoft", "SkipLayerNormalization", 1)
      .input("input", types::kFloat)
      .input("skip", types::kFloat)
      .input("gamma", types::kFloat)
      .optional_input("beta", types::kFloat)
      .optional_input("bias", types::kFloat)
      .output("output", types::kFloat)
      .optional_output("mean", {ElementKind::f32}, "U")
      .optional_output("inv_std_var", {ElementKind::f32}, "U")
      .optional_output("input_skip_bias_sum", types::kFloat)
      .attribute("epsilon", 1e-12F, "added to the variance")
      .define(ops::skip_norm_infer, reference, ops::norm_cost)
      .differentiable(gradient);
}

}  // namespace pare
