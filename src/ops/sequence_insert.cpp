#include "ops/_sequence.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, ops::sequence_of(ops::common_type(ops::held_type(c.input(0)), c.input(1))));
}

void reference(OpCall& call) {
  std::vector<RuntimeValue> elements = call.value(0).elements();
  const Tensor& fresh = call.input(1);
  if (!elements.empty() && elements[0].tensor().type() != fresh.type()) {
    call.fail(cat(fresh.type().name(), " into a sequence of ", elements[0].tensor().type().name()));
  }
  const std::size_t at = call.has_input(2)
                             ? ops::sequence_position(call, call.input(2), elements.size(), true)
                             : elements.size();
  elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(at), fresh);
  call.set_output(0, RuntimeValue::sequence(std::move(elements)));
}

}  // namespace

/// The sequence with `tensor` before the element at `position`, by default at the end. Errors:
/// Fault::corrupt for another element type or a position outside. Source: ONNX SequenceInsert,
/// version 11.
OpDefs op_sequence_insert() {
  return OpDef("SequenceInsert", 11)
      .input("input_sequence", types::kAll, "S")
      .of(kinds::kSequence)
      .input("tensor", types::kAll)
      .optional_input("position", types::kIndex, "I")
      .output("output_sequence", types::kAll, "S")
      .of(kinds::kSequence)
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
