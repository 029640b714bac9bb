
#include "ops/_cast.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const DType to = ops::type_attribute(c, "to");
  c.set_output(0, to, c.input(0).shape);
  if (to == ElementKind::i64 || to == ElementKind::i32) {
    if (auto elements = c.input_elements(0)) c.set_output_elements(0, std::move(*elements));
  }
}

void reference(OpCall& call) {
  call.set_output(0, ops::cast_values(call.input(0), ops::type_attribute(call, "to"),
                                      call.attr_int("saturate") != 0, ops::scale_rounding(call)));
}

void gradient(GradientContext& g) { g.set_dx(0, g.dy(0)); }

}  // namespace

/// y = x in element type `to`: floats to integers truncate towards zero, to booleans x != 0; text
/// is parsed and printed. Shapes: x any -> y as x. Source: ONNX Cast, version 25.
OpDefs op_cast() {
  return OpDef("Cast", 25)
      .input("input", types::kAll, "T1")
      .output("output", types::kAll, "T2")
      .required_attribute("to", AttributeKind::integer, "TensorProto.DataType of the result")
      .attribute("saturate", std::int64_t{1}, "8-bit floats: overflow gives the largest value")
      .attribute("round_mode", std::string("up"), "for float8e8m0")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
