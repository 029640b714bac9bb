#include "ops/_gradient.hpp"
#include "ops/_pool.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const ops::WindowWalk walk = ops::plan_pool(call, x.shape());
  const bool with_padding = call.attr_int("count_include_pad") != 0;
  const Shape shape = ops::pool_shape(x.shape(), walk);
  const std::vector<double> in = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  const std::int64_t in_count = walk.in_count();
  const std::int64_t out_count = walk.out_count();
  ops::for_each_window(walk, shape[0] * shape[1],
                       [&](std::int64_t plane, std::int64_t at, const std::vector<ops::Tap>& taps,
                           std::int64_t padded) {
                         double sum = 0;
                         for (const ops::Tap& t : taps) sum += in[plane * in_count + t.in];
                         const auto n = with_padding ? static_cast<double>(padded)
                                                     : static_cast<double>(taps.size());
                         y[plane * out_count + at] = n > 0 ? sum / n : 0;
                       });
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

void gradient(GradientContext& g) {
  g.set_dx(
      0, g.op("AveragePoolGradient", {g.dy(0), g.shape_of(g.x(0))}, g.node().attributes(), "pare"));
}

}  // namespace

/// Mean of every window; padding counts as zeros with count_include_pad, else not at all.
/// Shapes: x [B, C, spatial] -> y [B, C, spatial']. Source: ONNX AveragePool, version 22.
OpDefs op_average_pool() {
  OpDef def("AveragePool", 22);
  def.input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("count_include_pad", std::int64_t{0}, "padding counts as zeros");
  return ops::pool_attributes(def)
      .define(ops::pool_infer, reference, ops::pool_cost)
      .differentiable(gradient);
}

}  // namespace pare
