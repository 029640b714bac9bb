#include <cmath>

#include "ops/_qlinear.hpp"

namespace pare {
namespace {

struct Function {
  explicit Function(const OpCall& /*call*/) {}
  double operator()(double x) const { return 1 / (1 + std::exp(-x)); }
};

}  // namespace

/// Y = quantize(1 / (1 + exp(-dequantize(X)))). Shapes: X any -> Y as X; one scale and one zero
/// point each. Source: ONNX Runtime, ContribOperators.md, QLinearSigmoid.
OpDefs op_q_linear_sigmoid() {
  return ops::qlinear_unary_def("QLinearSigmoid", ops::qlinear_unary<Function>);
}

}  // namespace pare
