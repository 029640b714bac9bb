#include "ops/_gradient.hpp"
#include "ops/_pool.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Shape shape = ops::global_pool_shape(call, x.shape());
  const std::int64_t inner = ops::inner_size(x.shape(), 1);
  const std::vector<double> in = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < in.size(); ++i) y[i / inner] += in[i];
  for (double& v : y) v /= static_cast<double>(inner);
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_input(c, 1); }

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* each = g.count(x, ops::axes_from(2, g.rank(x)));
  const bool planes = g.rank(x) > 2;
  g.set_dx(0, planes ? g.expand_like(g.div(g.dy(0), each), x) : g.dy(0));
}

}  // namespace

/// Mean over all spatial dimensions. Shapes: x [B, C, spatial] -> y [B, C, 1, ...].
/// Source: ONNX GlobalAveragePool, version 22.
OpDefs op_global_average_pool() {
  return OpDef("GlobalAveragePool", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(ops::global_pool_infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
