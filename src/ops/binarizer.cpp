#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

struct Above {
  explicit Above(const OpCall& call)
      : threshold(static_cast<double>(call.attr_float("threshold"))) {}
  double operator()(double x) const { return x > threshold ? 1 : 0; }
  double threshold;
};

}  // namespace

/// y = 1 where x > threshold, else 0 (NaN too). Shapes: any. Source: ONNX (ai.onnx.ml) Binarizer,
/// version 1.
OpDefs op_binarizer() {
  return ops::ml_op("Binarizer", 1)
      .input("X", ops::kMlNumber)
      .output("Y", ops::kMlNumber)
      .attribute("threshold", 0.0F, "what must be exceeded")
      .define(ops::same_as_input, ops::unary_reference<Above>, ops::one_flop);
}

}  // namespace pare
