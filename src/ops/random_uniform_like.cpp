#include "ops/_random.hpp"

namespace pare {

/// Numbers spread evenly over [low, high). Shapes: input any -> y as input. Without `seed` every
/// run draws other numbers (ops/_random.hpp). Source: ONNX RandomUniformLike, version 22.
OpDefs op_random_uniform_like() {
  OpDef def("RandomUniformLike", 22);
  def.input("input", types::kAll, "T1")
      .output("output", types::kFloat, "T2")
      .attribute("low", 0.0F, "least value")
      .attribute("high", 1.0F, "end of the range")
      .random();
  return ops::random_attributes(def, true).define(ops::random_like_infer, ops::uniform_reference,
                                                  ops::random_cost);
}

}  // namespace pare
