#include "ops/_elementwise.hpp"

namespace pare {
namespace {

const Tensor& value_of(const AttributeReader& a) {
  const Tensor* value = a.attr_tensor("value");
  if (value == nullptr) a.fail("no 'value'");
  return *value;
}

void infer(ShapeContext& c) {
  const Tensor& t = value_of(c);
  c.set_output(0, t.type(), to_symbolic(t.shape()));
}

void reference(OpCall& call) { call.set_output(0, value_of(call)); }

}  // namespace

/// A tensor held by the node. Readers of files turn the other forms of its value into this one.
/// Source: ONNX Constant, version 25.
OpDefs op_constant() {
  return OpDef("Constant", 25)
      .output("output", types::kAll)
      .required_attribute("value", AttributeKind::tensor, "the tensor")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
