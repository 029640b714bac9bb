#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) { c.set_output(0, dtype_of(ElementKind::boolean), c.input(0).shape); }

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto out =
      call.make_output(0, dtype_of(ElementKind::boolean), x.shape()).mutable_data<bool>();
  const bool negative = call.attr_int("detect_negative") != 0;
  const bool positive = call.attr_int("detect_positive") != 0;
  const std::vector<double> in = x.to_doubles();
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = std::isinf(in[i]) && (in[i] > 0 ? positive : negative);
}

}  // namespace

/// y = x is infinite. Shapes: x any -> y as x. Source: ONNX IsInf, version 20.
OpDefs op_is_inf() {
  return OpDef("IsInf", 20)
      .input("X", types::kFloat | types::kFloat8)
      .output("Y", types::kBool, "T2")
      .attribute("detect_negative", std::int64_t{1}, "1: -infinity counts")
      .attribute("detect_positive", std::int64_t{1}, "1: +infinity counts")
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
