#include <functional>

#include "ops/_cast.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const DType to = c.input_dtype(1);
  c.set_output(0, to, c.input(0).shape);
  if (to == ElementKind::i64 || to == ElementKind::i32) ops::propagate_unary(c, std::identity());
}

void reference(OpCall& call) {
  call.set_output(0, ops::cast_values(call.input(0), call.input(1).type(),
                                      call.attr_int("saturate") != 0, ops::scale_rounding(call)));
}

void gradient(GradientContext& g) { g.set_dx(0, g.dy(0)); }

}  // namespace

/// Cast to the element type of the second input. Shapes: x any, like any -> y as x. Source: ONNX
/// CastLike, version 25.
OpDefs op_cast_like() {
  return OpDef("CastLike", 25)
      .input("input", types::kAll, "T1")
      .input("target_type", types::kAll, "T2")
      .output("output", types::kAll, "T2")
      .attribute("saturate", std::int64_t{1}, "8-bit floats: overflow gives the largest value")
      .attribute("round_mode", std::string("up"), "for float8e8m0")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
