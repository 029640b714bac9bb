#include <algorithm>
#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

double value(double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }

}  // namespace

/// y = x * min(1, max(0, x / 6 + 1 / 2)). Shapes: x any -> y as x. Source: ONNX HardSwish,
/// version 22.
OpDefs op_hard_swish() {
  return OpDef("HardSwish", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::same_as_input, ops::unary_reference<ops::Plain<value>>, ops::one_flop);
}

}  // namespace pare
