#include "ops/_random.hpp"

namespace pare {

/// Numbers spread evenly over [low, high). Shapes: y as the attribute says. Without `seed` every
/// run draws other numbers (ops/_random.hpp). Source: ONNX RandomUniform, version 22.
OpDefs op_random_uniform() {
  OpDef def("RandomUniform", 22);
  def.output("output", types::kFloat)
      .attribute("low", 0.0F, "least value")
      .attribute("high", 1.0F, "end of the range")
      .random();
  return ops::random_attributes(def, false)
      .define(ops::random_infer, ops::uniform_reference, ops::random_cost);
}

}  // namespace pare
