#include "ops/_qlinear.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& call) : alpha_(static_cast<double>(call.attr_float("alpha"))) {}
  double operator()(double x) const { return x < 0 ? alpha_ * x : x; }
  double alpha_;
};

}  // namespace

/// Y = quantize(x for x >= 0, alpha x below), x = dequantize(X). Shapes: X any -> Y as X; one scale
/// and one zero point each. Source: ONNX Runtime, ContribOperators.md, QLinearLeakyRelu.
OpDefs op_q_linear_leaky_relu() {
  return ops::qlinear_unary_def("QLinearLeakyRelu", ops::qlinear_unary<Function>)
      .attribute("alpha", 0.01F, "slope below zero");
}

}  // namespace pare
