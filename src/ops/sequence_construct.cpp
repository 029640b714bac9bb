#include "ops/_sequence.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  ValueType element = c.input(0);
  for (std::size_t i = 1; i < c.input_count(); ++i) {
    element = ops::common_type(element, c.input(i));
  }
  c.set_output(0, ops::sequence_of(element));
}

void reference(OpCall& call) {
  std::vector<RuntimeValue> elements;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    if (call.input(i).type() != call.input(0).type()) call.fail("inputs of different types");
    elements.emplace_back(call.input(i));
  }
  call.set_output(0, RuntimeValue::sequence(std::move(elements)));
}

}  // namespace

/// The sequence of all inputs, tensors of one element type. Source: ONNX SequenceConstruct,
/// version 11.
OpDefs op_sequence_construct() {
  return OpDef("SequenceConstruct", 11)
      .variadic_input("inputs", types::kAll)
      .output("output_sequence", types::kAll, "S")
      .of(kinds::kSequence)
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
