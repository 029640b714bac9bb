#include <cmath>

#include "ops/_gradient.hpp"
#include "ops/_softmax.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  const std::int64_t p = call.attr_int("p");
  if (p != 1 && p != 2) call.fail(cat("p is ", p, ", wanted 1 or 2"));
  std::vector<double> v = x.to_doubles();
  ops::for_each_lane(x.shape(), axis, [&](const ops::Lane& lane) {
    double norm = 0;
    for (std::int64_t i = 0; i < lane.size; ++i) {
      norm += p == 1 ? std::abs(v[lane[i]]) : v[lane[i]] * v[lane[i]];
    }
    if (p == 2) norm = std::sqrt(norm);
    if (norm == 0) return;  // zeros stay zeros
    for (std::int64_t i = 0; i < lane.size; ++i) v[lane[i]] /= norm;
  });
  call.set_output(0, ops::from_doubles(v, x.shape(), x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 3); }

/// 0 where the norm is.
void gradient(GradientContext& g) {
  const std::int64_t axis = g.attr_int("axis");
  const bool first_order = g.attr_int("p") == 1;
  Value* x = g.x(0);
  Value* norm = g.op(first_order ? "ReduceL1" : "ReduceL2", {x, g.ints({axis})});
  Value* direction = first_order ? g.op("Sign", {x}) : g.y(0);
  Value* along = g.mul(direction, g.sum(g.mul(g.dy(0), g.y(0)), {axis}));
  Value* dx = g.div(g.sub(g.dy(0), along), norm);
  g.set_dx(0, g.zero_where(g.equal(norm, 0.0), dx));
}

}  // namespace

/// x divided by its norm along `axis`; zeros stay zeros. Shapes: x [..., N, ...] -> y as x.
/// Source: ONNX LpNormalization, version 22.
OpDefs op_lp_normalization() {
  return OpDef("LpNormalization", 22)
      .input("input", types::kFloat)
      .output("output", types::kFloat)
      .attribute("axis", std::int64_t{-1}, "dimension of the norm")
      .attribute("p", std::int64_t{2}, "order of the norm: 1 or 2")
      .define(ops::along_axis_infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
