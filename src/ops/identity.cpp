#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  if (call.node().input(0) == nullptr) call.fail("input 0 is missing");
  call.set_output(0, call.value(0));  // an empty optional is nothing, too
}

void gradient(GradientContext& g) { g.set_dx(0, g.dy(0)); }

}  // namespace

/// y = x. Source: ONNX Identity, version 25.
OpDefs op_identity() {
  return OpDef("Identity", 25)
      .input("input", types::kAll)
      .of(kinds::kAny)
      .output("output", types::kAll)
      .of(kinds::kAny)
      .define(ops::same_values, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
