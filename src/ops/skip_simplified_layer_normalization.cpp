#include "ops/_gradient.hpp"
#include "ops/_norm.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  ops::skip_norm_reference(call, {.gamma = 2, .beta = 0, .bias = 3}, /*centred=*/false);
}

void gradient(GradientContext& g) {
  ops::skip_norm_gradient(g, {.gamma = 2, .beta = 0, .bias = 3}, /*centred=*/false);
}

}  // namespace

/// s = input + skip + bias; output = s / sqrt(mean of s^2 + epsilon) * gamma over the last
/// dimension. Shapes: input and skip [B, T, C] or [T, C], gamma and bias [C]; the statistics have 1
/// in the last dimension. Source: ONNX Runtime, ContribOperators.md,
/// SkipSimplifiedLayerNormalization.
OpDefs op_skip_simplified_layer_normalization() {
  return OpDef("com.microsoft", "SkipSimplifiedLayerNormalization", 1)
      .input("input", types::kFloat)
      .input("skip", types::kFloat)
      .input("gamma", types::kFloat)
      .optional_input("bias", types::kFloat)
      .output("output", types::kFloat)
      .optional_output("mean", {ElementKind::f32}, "U")
      .optional_output("inv_std_var", {ElementKind::f32}, "U")
      .optional_output("input_skip_bias_sum", types::kFloat)
      .attribute("epsilon", 1e-12F, "added to the mean square")
      .define(ops::skip_norm_infer, reference, ops::norm_cost)
      .differentiable(gradient);
}

}  // namespace pare
