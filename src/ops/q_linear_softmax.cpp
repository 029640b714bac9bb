#include "ops/_qlinear.hpp"
#include "ops/_softmax.hpp"

namespace pare {
namespace {

constexpr std::int64_t kOneAxisSince = 13;  // before: all dimensions from the axis on together

bool one_axis(const AttributeReader& a) { return a.attr_int("opset") >= kOneAxisSince; }

std::size_t axis_of(const AttributeReader& a, std::size_t rank) {
  if (a.has_attr("axis")) return static_cast<std::size_t>(a.attr_axis("axis", rank));
  const std::size_t otherwise = one_axis(a) ? rank - 1 : 1;
  if (rank == 0 || otherwise >= rank) a.fail(cat("no default axis in rank ", rank));
  return otherwise;
}

void infer(ShapeContext& c) {
  if (const SymShape* x = c.input_shape(0)) (void)axis_of(c, x->size());
  c.set_output(0, c.input(0));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::size_t axis = axis_of(call, x.rank());
  std::vector<double> v = ops::dequantized(call, 0);
  if (one_axis(call)) {
    ops::softmax(v, x.shape(), axis);
  } else {
    const std::int64_t rows = ops::outer_size(x.shape(), axis);
    ops::softmax(v, {rows, rows == 0 ? 0 : x.size() / rows}, 1);
  }
  call.set_output(0, ops::requantized(call, v, x.shape(), 3, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 10); }

}  // namespace

/// Y = quantize(softmax(dequantize(X))) along `axis` as Softmax of operator set `opset` has it:
/// from 13 on over that dimension, before over it and all behind it. Shapes: X any -> Y as X.
/// Source: ONNX Runtime, ContribOperators.md, QLinearSoftmax.
OpDefs op_q_linear_softmax() {
  return ops::qlinear_unary_def("QLinearSoftmax", reference)
      .optional_attribute("axis", AttributeKind::integer, "-1, before operator set 13: 1")
      .required_attribute("opset", AttributeKind::integer, "operator set whose Softmax is meant")
      .define(infer, reference, cost);
}

}  // namespace pare
