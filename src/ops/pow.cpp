#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& p = call.input(1);
  const Shape shape = broadcast_shapes(x.shape(), p.shape());
  const std::vector<double> base = x.to_doubles();
  const std::vector<double> power = p.to_doubles();
  const auto ix = ops::broadcast_offsets(x.shape(), shape);
  const auto ip = ops::broadcast_offsets(p.shape(), shape);
  Tensor wide(ElementKind::f64, shape);
  const auto out = wide.mutable_data<double>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] =
        std::pow(base[static_cast<std::size_t>(ix[i])], power[static_cast<std::size_t>(ip[i])]);
    if (x.type().is_integer()) out[i] = std::trunc(out[i]);
  }
  call.set_output(0, wide.cast(x.type()));
}

}  // namespace

/// z = x to the power y, in the type of x. Shapes: x, y broadcast -> z. Source: ONNX Pow,
/// version 15.
OpDefs op_pow() {
  return OpDef("Pow", 15)
      .input("X", types::kNumeric)
      .input("Y", types::kNumeric, "T1")
      .output("Z", types::kNumeric)
      .define(ops::broadcast_infer, reference, ops::one_flop);
}

}  // namespace pare
