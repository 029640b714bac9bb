#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto out = call.make_output(0, x.type(), x.shape()).mutable_data<bool>();
  const auto in = x.data<bool>();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = !in[i];
}

void infer(ShapeContext& c) {
  ops::same_as_input(c);
  ops::propagate_unary(c, [](const Dim& x) {
    return x.is_number() ? Dim(static_cast<std::int64_t>(x.is(0))) : Dim::unknown();
  });
}

}  // namespace

/// y = not x. Shapes: x any -> y as x. Source: ONNX Not, version 1.
OpDefs op_not() {
  return OpDef("Not", 1)
      .input("X", types::kBool)
      .output("Y", types::kBool)
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
