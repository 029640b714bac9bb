#include "ops/_gradient.hpp"
#include "ops/_running.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  ops::running_reference(call, 0, [](auto a, auto b) { return a + b; });
}

void gradient(GradientContext& g) {
  const std::int64_t reverse = g.attr_int("reverse") != 0 ? 0 : 1;
  g.set_dx(0, g.op("CumSum", {g.dy(0), g.x(1)},
                   {{"exclusive", g.attr_int("exclusive")}, {"reverse", reverse}}));
}

}  // namespace

/// Running sum along one axis: forwards or backwards, with or without the element itself. Shapes:
/// x any, axis [] -> y as x. Source: ONNX CumSum, version 14.
OpDefs op_cum_sum() {
  return OpDef("CumSum", 14)
      .input("x", types::kNumeric)
      .input("axis", types::kIndex, "T2")
      .output("y", types::kNumeric)
      .attribute("exclusive", std::int64_t{0}, "1: sums end before the element")
      .attribute("reverse", std::int64_t{0}, "1: sums start at the end")
      .define(ops::same_as_input, reference, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
