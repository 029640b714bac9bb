#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) { c.set_output(0, dtype_of(ElementKind::boolean), c.input(0).shape); }

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto out =
      call.make_output(0, dtype_of(ElementKind::boolean), x.shape()).mutable_data<bool>();
  const std::vector<double> in = x.to_doubles();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::isnan(in[i]);
}

}  // namespace

/// y = x is not a number. Shapes: x any -> y as x. Source: ONNX IsNaN, version 20.
OpDefs op_is_nan() {
  return OpDef("IsNaN", 20)
      .input("X", types::kFloat | types::kFloat8)
      .output("Y", types::kBool, "T2")
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
