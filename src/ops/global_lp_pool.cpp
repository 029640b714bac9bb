#include <cmath>

#include "ops/_gradient.hpp"
#include "ops/_pool.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Shape shape = ops::global_pool_shape(call, x.shape());
  const std::int64_t power = call.attr_int("p");
  if (power < 1) call.fail(cat("p is ", power));
  const auto p = static_cast<double>(power);
  const std::int64_t inner = ops::inner_size(x.shape(), 1);
  const std::vector<double> in = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < in.size(); ++i) y[i / inner] += std::pow(std::abs(in[i]), p);
  for (double& v : y) v = std::pow(v, 1 / p);
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_input(c, 3); }

void gradient(GradientContext& g) {
  const std::int64_t p = g.attr_int("p");
  Value* part = ops::over_power(g, g.dy(0), g.y(0), p);
  g.set_dx(0, g.mul(part, ops::signed_power(g, g.x(0), p)));
}

}  // namespace

/// (sum |x|^p)^(1/p) over all spatial dimensions. Shapes: x [B, C, spatial] -> y [B, C, 1, ...].
/// Source: ONNX GlobalLpPool, version 22.
OpDefs op_global_lp_pool() {
  return OpDef("GlobalLpPool", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("p", std::int64_t{2}, "order of the norm")
      .define(ops::global_pool_infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
