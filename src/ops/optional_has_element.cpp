#include "ops/_sequence.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) { c.set_output(0, dtype_of(ElementKind::boolean), SymShape{}); }

void reference(OpCall& call) { call.set_output(0, Tensor::scalar<bool>(call.value(0).valid())); }

}  // namespace

/// Whether an optional holds something; true for a tensor or a sequence, false without input.
/// Source: ONNX OptionalHasElement, version 18.
OpDefs op_optional_has_element() {
  return OpDef("OptionalHasElement", 18)
      .optional_input("input", types::kAll, "O")
      .of({ValueType::Kind::optional, ValueType::Kind::tensor, ValueType::Kind::sequence})
      .output("output", types::kBool, "B")
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
