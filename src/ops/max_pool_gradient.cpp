#include "ops/_elementwise.hpp"
#include "ops/_pool.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& dy = call.input(1);
  ops::WindowWalk walk = ops::plan_pool(call, x.shape());
  ops::want_shape(call, dy, ops::pool_shape(x.shape(), walk), "dy");
  Tensor sum(ElementKind::f64, x.shape());
  const std::vector<double> in = x.to_doubles();
  const std::vector<double> out = dy.to_doubles();
  const std::int64_t in_count = walk.in_count();
  const std::int64_t out_count = walk.out_count();
  const std::int64_t planes = sum.empty() ? 0 : x.dim(0) * x.dim(1);
  const auto dx = sum.mutable_data<double>();
  std::vector<ops::Tap> taps;
  for (std::int64_t p = 0; planes > 0 && p < out_count; ++p) {
    walk.taps(p, taps);
    for (std::int64_t i = 0; i < planes; ++i) {
      const std::int64_t best = ops::greatest_tap(in.data() + i * in_count, taps);
      if (best >= 0) dx[i * in_count + best] += out[i * out_count + p];
    }
  }
  call.set_output(0, sum.cast(x.type()));
}

}  // namespace

/// Gradient of the input of a MaxPool with these attributes: every dy is added to the greatest
/// element of its window, the first of equals. Shapes: x [B, C, spatial], dy [B, C, spatial'] -> dx
/// as x. Errors: Fault::corrupt for shapes that do not fit.
OpDefs op_max_pool_gradient() {
  OpDef def("pare", "MaxPoolGradient", 1);
  def.input("X", types::kFloat).input("dY", types::kFloat).output("dX", types::kFloat);
  return ops::pool_attributes(def).define(ops::same_as_input, reference, ops::pool_cost);
}

}  // namespace pare
