#include "ops/_qlinear.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  std::optional<SymShape> z;
  const SymShape* mask = c.input_shape(0);
  const SymShape* x = c.input_shape(1);
  const SymShape* y = c.input_shape(4);
  if (mask != nullptr && x != nullptr && y != nullptr) {
    z = broadcast_shapes(broadcast_shapes(*mask, *x), *y);
  }
  c.set_output(0, c.input_dtype(1), z);
}

void reference(OpCall& call) {
  const Tensor& mask = call.input(0);
  const Tensor& a = call.input(1);
  const Tensor& b = call.input(4);
  const Shape shape = broadcast_shapes(broadcast_shapes(mask.shape(), a.shape()), b.shape());
  const auto im = ops::broadcast_offsets(mask.shape(), shape);
  const auto ia = ops::broadcast_offsets(a.shape(), shape);
  const auto ib = ops::broadcast_offsets(b.shape(), shape);
  const std::vector<double> x = ops::dequantized(call, 1);
  const std::vector<double> y = ops::dequantized(call, 4);
  const auto chosen = mask.data<bool>();
  std::vector<double> z(im.size());
  for (std::size_t i = 0; i < z.size(); ++i) {
    z[i] = chosen[static_cast<std::size_t>(im[i])] ? x[static_cast<std::size_t>(ia[i])]
                                                   : y[static_cast<std::size_t>(ib[i])];
  }
  call.set_output(0, ops::requantized(call, z, shape, 7, a.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 6); }

}  // namespace

/// Z = quantize(condition ? dequantize(X) : dequantize(Y)). Shapes: all broadcast -> Z; one scale
/// and one zero point each. Source: ONNX Runtime, ContribOperators.md, QLinearWhere.
OpDefs op_q_linear_where() {
  OpDef def("com.microsoft", "QLinearWhere", 1);
  def.input("condition", types::kBool, "B");
  ops::quantized_input(def, "X");
  ops::quantized_input(def, "Y");
  return ops::output_scale(def, "Z").output("Z", ops::kByteCodes).define(infer, reference, cost);
}

}  // namespace pare
