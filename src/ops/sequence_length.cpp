#include "ops/_sequence.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) { c.set_output(0, dtype_of(ElementKind::i64), SymShape{}); }

void reference(OpCall& call) {
  const auto n = static_cast<std::int64_t>(call.value(0).elements().size());
  call.set_output(0, Tensor::scalar<std::int64_t>(n));
}

}  // namespace

/// How many elements a sequence has, as a scalar. Source: ONNX SequenceLength, version 11.
OpDefs op_sequence_length() {
  return OpDef("SequenceLength", 11)
      .input("input_sequence", types::kAll, "S")
      .of(kinds::kSequence)
      .output("length", {ElementKind::i64}, "I")
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
