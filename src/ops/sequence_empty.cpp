#include "ops/_sequence.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(
      0, ops::sequence_of(ValueType(dtype_of(static_cast<ElementKind>(c.attr_int("dtype"))))));
}

void reference(OpCall& call) { call.set_output(0, RuntimeValue::sequence({})); }

}  // namespace

/// An empty sequence of tensors of type `dtype`. Source: ONNX SequenceEmpty, version 11.
OpDefs op_sequence_empty() {
  return OpDef("SequenceEmpty", 11)
      .output("output", types::kAll, "S")
      .of(kinds::kSequence)
      .attribute("dtype", std::int64_t{1}, "element type of the tensors; float32")
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
