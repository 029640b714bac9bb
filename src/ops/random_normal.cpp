#include "ops/_random.hpp"

namespace pare {

/// Numbers of the normal distribution of that mean and deviation. Shapes: y as the attribute says.
/// Without `seed` every run draws other numbers (ops/_random.hpp). Source: ONNX RandomNormal,
/// version 22.
OpDefs op_random_normal() {
  OpDef def("RandomNormal", 22);
  def.output("output", types::kFloat)
      .attribute("mean", 0.0F, "mean of the distribution")
      .attribute("scale", 1.0F, "its standard deviation")
      .random();
  return ops::random_attributes(def, false)
      .define(ops::random_infer, ops::normal_reference, ops::random_cost);
}

}  // namespace pare
