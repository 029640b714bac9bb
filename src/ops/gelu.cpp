#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kTanhScale = 0.79788456080286535588;  // sqrt(2 / pi)

struct Function {
  explicit Function(const OpCall& call) : tanh_(call.attr_string("approximate") == "tanh") {}
  double operator()(double x) const {
    return tanh_ ? 0.5 * x * (1 + std::tanh(kTanhScale * (x + 0.044715 * x * x * x)))
                 : 0.5 * x * (1 + std::erf(x * kSqrtHalf));
  }
  bool tanh_;
};

}  // namespace

/// y = x * P(N <= x), exactly or by a tanh. Shapes: x any -> y as x. Source: ONNX Gelu, version 20.
OpDefs op_gelu() {
  return OpDef("Gelu", 20)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("approximate", std::string("none"), "none or tanh")
      .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop);
}

}  // namespace pare
