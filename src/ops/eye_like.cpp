#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr TypeSet kTypes = types::kNumeric | types::kBool;

void infer(ShapeContext& c) {
  const ValueType& x = c.input(0);
  if (x.shape && x.shape->size() != 2) c.fail("want a matrix");
  c.set_output(0, ops::attr_dtype(c, "dtype", kTypes, x.dtype), x.shape);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  if (x.rank() != 2) call.fail("want a matrix");
  const std::int64_t k = call.attr_int("k");
  Tensor eye(ElementKind::boolean, x.shape());
  const auto out = eye.mutable_data<bool>();
  for (std::int64_t row = 0; row < x.dim(0); ++row) {
    for (std::int64_t column = 0; column < x.dim(1); ++column) {
      out[static_cast<std::size_t>(row * x.dim(1) + column)] = column - row == k;
    }
  }
  call.set_output(0, eye.cast(ops::attr_dtype(call, "dtype", kTypes, x.type())));
}

}  // namespace

/// Ones on a diagonal, zeros elsewhere; k moves the diagonal to the right. Shapes: x [R, C] -> y as
/// x. Source: ONNX EyeLike, version 22.
OpDefs op_eye_like() {
  return OpDef("EyeLike", 22)
      .input("input", kTypes, "T1")
      .output("output", kTypes, "T2")
      .optional_attribute("dtype", AttributeKind::integer, "TensorProto.DataType of the result")
      .attribute("k", std::int64_t{0}, "which diagonal")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(ops::nothing_flows);
}

}  // namespace pare
