#include "ops/_sequence.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) { c.set_output(0, ops::held_type(c.input(0))); }

void reference(OpCall& call) {
  const auto& elements = call.value(0).elements();
  call.set_output(0, elements[ops::sequence_position(call, call.input(1), elements.size())]);
}

}  // namespace

/// The element at `position` of a sequence; -1 is the last. Errors: Fault::corrupt outside.
/// Source: ONNX SequenceAt, version 11.
OpDefs op_sequence_at() {
  return OpDef("SequenceAt", 11)
      .input("input_sequence", types::kAll, "S")
      .of(kinds::kSequence)
      .input("position", types::kIndex, "I")
      .output("tensor", types::kAll)
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
