#include <cmath>
#include <limits>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  if (x != nullptr) {
    if (x->size() < 2) c.fail(cat("input ", to_string(*x), " needs rank 2 or more"));
    y = SymShape(x->size(), 1);
    (*y)[0] = (*x)[0];
    (*y)[1] = (*x)[1];
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  if (x.rank() < 2) call.fail("the input needs rank 2 or more");
  Shape shape(x.rank(), 1);
  shape[0] = x.dim(0);
  shape[1] = x.dim(1);
  const auto planes = static_cast<std::size_t>(x.dim(0) * x.dim(1));
  const std::vector<double> in = x.to_doubles();
  const std::size_t size = planes > 0 ? in.size() / planes : 0;
  std::vector<double> out(planes);
  for (std::size_t p = 0; p < planes; ++p) {
    double v = 0;
    for (std::size_t at = p * size; at < (p + 1) * size; ++at) v += in[at];
    out[p] = size > 0 ? v / static_cast<double>(size) : v;
  }
  call.set_output(0, Tensor::of<double>(shape, out).cast(x.type()));
}

}  // namespace

/// Mean of each plane. Shapes: x [N, C, ...] -> y [N, C, 1...]. Source: ONNX GlobalAveragePool,
/// version 22.
OpDefs op_global_average_pool() {
  return OpDef("GlobalAveragePool", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
