#include "ops/_sequence.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  if (c.has_input(0)) {
    c.set_output(0, ops::optional_of(c.input(0)));
  } else if (const auto* type = c.node().attribute_as<ValueType>("type")) {
    c.set_output(0, ops::optional_of(*type));
  } else {
    c.fail("neither a value nor a type is given");
  }
}

void reference(OpCall& call) { call.set_output(0, call.value(0)); }

}  // namespace

/// An optional that holds the input, or nothing when there is none. Source: ONNX Optional,
/// version 15.
OpDefs op_optional() {
  return OpDef("Optional", 15)
      .optional_input("input", types::kAll, "V")
      .of({ValueType::Kind::tensor, ValueType::Kind::sequence})
      .output("output", types::kAll, "O")
      .of(kinds::kOptional)
      .optional_attribute("type", AttributeKind::type, "of what an empty optional would hold")
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
