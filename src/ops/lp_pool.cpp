#include <cmath>

#include "ops/_gradient.hpp"
#include "ops/_pool.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const ops::WindowWalk walk = ops::plan_pool(call, x.shape());
  const std::int64_t power = call.attr_int("p");
  if (power < 1) call.fail(cat("p is ", power));
  const auto p = static_cast<double>(power);
  const Shape shape = ops::pool_shape(x.shape(), walk);
  const std::vector<double> in = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  const std::int64_t in_count = walk.in_count();
  const std::int64_t out_count = walk.out_count();
  ops::for_each_window(walk, shape[0] * shape[1],
                       [&](std::int64_t plane, std::int64_t at, const std::vector<ops::Tap>& taps,
                           std::int64_t /*padded*/) {
                         double sum = 0;
                         for (const ops::Tap& t : taps) {
                           sum += std::pow(std::abs(in[plane * in_count + t.in]), p);
                         }
                         y[plane * out_count + at] = std::pow(sum, 1 / p);
                       });
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

/// The sum of |x|^p over a window spreads evenly.
void gradient(GradientContext& g) {
  const std::int64_t p = g.attr_int("p");
  Attributes attributes = g.node().attributes();
  attributes.erase("p");
  attributes["sums"] = std::int64_t{1};
  Value* part = ops::over_power(g, g.dy(0), g.y(0), p);
  Value* spread = g.op("AveragePoolGradient", {part, g.shape_of(g.x(0))}, attributes, "pare");
  g.set_dx(0, g.mul(spread, ops::signed_power(g, g.x(0), p)));
}

}  // namespace

/// (sum |x|^p)^(1/p) of every window; padding counts as zeros.
/// Shapes: x [B, C, spatial] -> y [B, C, spatial']. Source: ONNX LpPool, version 22.
OpDefs op_lp_pool() {
  OpDef def("LpPool", 22);
  def.input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("p", std::int64_t{2}, "order of the norm");
  return ops::pool_attributes(def)
      .define(ops::pool_infer, reference, ops::pool_cost)
      .differentiable(gradient);
}

}  // namespace pare
