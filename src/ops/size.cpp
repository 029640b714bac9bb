#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, dtype_of(ElementKind::i64), SymShape{});
  const SymShape* x = c.input_shape(0);
  if (x != nullptr) c.set_output_elements(0, {product(*x)});
}

void reference(OpCall& call) {
  call.set_output(0, Tensor::scalar<std::int64_t>(call.input(0).size()));
}

}  // namespace

/// The number of elements. Source: ONNX Size, version 25.
OpDefs op_size() {
  return OpDef("Size", 25)
      .input("data", types::kAll)
      .output("size", {ElementKind::i64}, "T1")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
