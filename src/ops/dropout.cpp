#include <algorithm>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, c.input(0));
  if (c.output_count() > 1) c.set_output(1, dtype_of(ElementKind::boolean), c.input(0).shape);
}

void reference(OpCall& call) {
  if (call.has_input(2) && call.input(2).item<bool>()) {
    throw Error(Fault::unsupported, "Dropout in training mode");
  }
  const Tensor& x = call.input(0);
  call.set_output(0, x);
  if (!call.wants_output(1)) return;
  const auto mask =
      call.make_output(1, dtype_of(ElementKind::boolean), x.shape()).mutable_data<bool>();
  std::fill(mask.begin(), mask.end(), true);
}

}  // namespace

/// Inference: y = x and the mask is true. Errors: Fault::unsupported in training mode. Source: ONNX
/// Dropout, version 22.
OpDefs op_dropout() {
  constexpr TypeSet kTypes = types::kFloat | types::kFloat8;
  return OpDef("Dropout", 22)
      .input("data", kTypes)
      .optional_input("ratio", kTypes, "T1")
      .optional_input("training_mode", types::kBool, "T2")
      .output("output", kTypes)
      .optional_output("mask", types::kBool, "T2")
      .optional_attribute("seed", AttributeKind::integer, "for training")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
