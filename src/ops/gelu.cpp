#include "ops/_elementwise.hpp"
#include "ops/_gelu.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : tanh_(call.attr_string("approximate") == "tanh") {}
  double operator()(double x) const { return tanh_ ? ops::gelu_by_tanh(x) : ops::gelu(x); }
  bool tanh_;
};

void gradient(GradientContext& g) {
  const bool tanh = g.has_attr("approximate") && g.attr_string("approximate") == "tanh";
  ops::set_slope(g, ops::gelu_slope(g, g.x(0), tanh));
}

}  // namespace

/// y = x * P(N <= x), exactly or by a tanh; that of com.microsoft always exactly. Shapes: x any ->
/// y as x. Source: ONNX Gelu, version 20; ONNX Runtime, ContribOperators.md.
OpDefs op_gelu() {
  return {
      OpDef("Gelu", 20)
          .input("X", types::kFloat)
          .output("Y", types::kFloat)
          .attribute("approximate", std::string("none"), "none or tanh")
          .define(ops::same_as_input, ops::unary_reference<Function>, ops::one_flop)
          .differentiable(gradient),
      OpDef("com.microsoft", "Gelu", 1)
          .input("X", types::kFloat)
          .output("Y", types::kFloat)
          .define(ops::same_as_input, ops::unary_reference<ops::Plain<ops::gelu>>, ops::one_flop)
          .differentiable(gradient)};
}

}  // namespace pare
