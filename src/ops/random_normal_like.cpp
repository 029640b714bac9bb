#include "ops/_random.hpp"

namespace pare {

/// Numbers of the normal distribution of that mean and deviation. Shapes: input any -> y as input.
/// Without `seed` every run draws other numbers (ops/_random.hpp). Source: ONNX RandomNormalLike,
/// version 22.
OpDefs op_random_normal_like() {
  OpDef def("RandomNormalLike", 22);
  def.input("input", types::kAll, "T1")
      .output("output", types::kFloat, "T2")
      .attribute("mean", 0.0F, "mean of the distribution")
      .attribute("scale", 1.0F, "its standard deviation")
      .random();
  return ops::random_attributes(def, true).define(ops::random_like_infer, ops::normal_reference,
                                                  ops::random_cost);
}

}  // namespace pare
