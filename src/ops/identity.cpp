#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void reference(OpCall& call) { call.set_output(0, call.value(0)); }

}  // namespace

/// y = x. Source: ONNX Identity, version 24.
OpDefs op_identity() {
  return OpDef("Identity", 24)
      .input("input", types::kAll)
      .of(kinds::kAny)
      .output("output", types::kAll)
      .of(kinds::kAny)
      .define(ops::same_values, reference, ops::free_of_flops);
}

}  // namespace pare
