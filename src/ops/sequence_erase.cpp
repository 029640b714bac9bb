#include "ops/_sequence.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) { c.set_output(0, c.input(0)); }

void reference(OpCall& call) {
  std::vector<RuntimeValue> elements = call.value(0).elements();
  if (elements.empty()) call.fail("the sequence is empty");
  const std::size_t at = call.has_input(1)
                             ? ops::sequence_position(call, call.input(1), elements.size())
                             : elements.size() - 1;
  elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(at));
  call.set_output(0, RuntimeValue::sequence(std::move(elements)));
}

}  // namespace

/// The sequence without the element at `position`, by default the last. Errors: Fault::corrupt
/// when there is none. Source: ONNX SequenceErase, version 11.
OpDefs op_sequence_erase() {
  return OpDef("SequenceErase", 11)
      .input("input_sequence", types::kAll, "S")
      .of(kinds::kSequence)
      .optional_input("position", types::kIndex, "I")
      .output("output_sequence", types::kAll, "S")
      .of(kinds::kSequence)
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
