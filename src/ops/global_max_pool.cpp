#include <cmath>
#include <limits>

#include "ops/_gradient.hpp"
#include "ops/_pool.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Shape shape = ops::global_pool_shape(call, x.shape());
  const std::int64_t inner = ops::inner_size(x.shape(), 1);
  const std::vector<double> in = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)),
                        -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < in.size(); ++i) {
    double& best = y[i / inner];
    if (in[i] > best || std::isnan(in[i])) best = in[i];
  }
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_input(c, 1); }

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* equal = g.cast_like(g.equal(x, g.y(0)), x);
  Value* count = g.sum(equal, ops::axes_from(2, g.rank(x)));
  g.set_dx(0, g.mul(g.div(g.dy(0), count), equal));
}

}  // namespace

/// Greatest value over all spatial dimensions. Shapes: x [B, C, spatial] -> y [B, C, 1, ...].
/// Source: ONNX GlobalMaxPool, version 22.
OpDefs op_global_max_pool() {
  return OpDef("GlobalMaxPool", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::global_pool_infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
