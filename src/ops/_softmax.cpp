#include "ops/_softmax.hpp"

namespace pare::ops {
namespace {

constexpr double kFlops = 5;

void infer(ShapeContext& c) {
  if (c.input_shape(0) != nullptr) (void)c.attr_axis("axis", c.input_shape(0)->size());
  same_as_input(c);
}

Cost cost(const ShapeContext& c) { return elementwise_cost(c, kFlops); }

}  // namespace

OpDef softmax_def(const char* name, void (*reference)(OpCall&)) {
  return OpDef(name, 13)
      .input("input", types::kFloat)
      .output("output", types::kFloat)
      .attribute("axis", std::int64_t{-1}, "dimension to normalise over")
      .define(infer, reference, cost);
}

}  // namespace pare::ops
