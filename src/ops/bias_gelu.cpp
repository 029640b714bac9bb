#include "ops/_biased.hpp"
#include "ops/_gelu.hpp"

namespace pare {

/// C = gelu(A + B), gelu(x) = x P(N <= x). Shapes: A [.., N], B [N] -> C as A.
/// Source: ONNX Runtime, ContribOperators.md, BiasGelu.
OpDefs op_bias_gelu() {
  return OpDef("com.microsoft", "BiasGelu", 1)
      .input("A", types::kFloat)
      .input("B", types::kFloat)
      .output("C", types::kFloat)
      .define(ops::biased_infer, ops::biased_reference<ops::gelu>, ops::one_flop);
}

}  // namespace pare
