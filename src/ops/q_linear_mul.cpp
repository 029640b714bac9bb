#include "ops/_qlinear.hpp"

namespace pare {
namespace {

struct Function {
  double operator()(double a, double b) const { return a * b; }
};

}  // namespace

/// C = quantize(dequantize(A) * dequantize(B)). Shapes: A, B broadcast -> C. Each of A, B, C has
/// one scale and one zero point. Source: ONNX Runtime, ContribOperators.md, QLinearMul.
OpDefs op_q_linear_mul() {
  return ops::qlinear_binary_def("QLinearMul", ops::qlinear_binary<Function>);
}

}  // namespace pare
