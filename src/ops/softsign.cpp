#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

double value(double x) { return x / (1 + std::fabs(x)); }

}  // namespace

/// y = x / (1 + |x|). Shapes: x any -> y as x. Source: ONNX Softsign, version 22.
OpDefs op_softsign() {
  return OpDef("Softsign", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop);
}

}  // namespace pare
