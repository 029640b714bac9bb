#include "ops/_sequence.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const ValueType& type = c.input(0);
  c.set_output(0, type.kind == ValueType::Kind::optional ? ops::held_type(type) : type);
}

void reference(OpCall& call) {
  if (!call.value(0).valid()) call.fail("the optional is empty");
  call.set_output(0, call.value(0));
}

}  // namespace

/// What an optional holds; a tensor or a sequence stays as it is. Errors: Fault::corrupt for an
/// empty optional. Source: ONNX OptionalGetElement, version 18.
OpDefs op_optional_get_element() {
  return OpDef("OptionalGetElement", 18)
      .input("input", types::kAll, "O")
      .of({ValueType::Kind::optional, ValueType::Kind::tensor, ValueType::Kind::sequence})
      .output("output", types::kAll, "V")
      .of({ValueType::Kind::tensor, ValueType::Kind::sequence})
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
