#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void reference(OpCall& call) { call.set_output(0, call.input(0)); }

}  // namespace

/// y = x. Source: ONNX Identity, version 24.
OpDefs op_identity() {
  return OpDef("Identity", 24)
      .input("input", types::kAll)
      .output("output", types::kAll)
      .define(ops::same_values, reference, ops::free_of_flops);
}

}  // namespace pare
