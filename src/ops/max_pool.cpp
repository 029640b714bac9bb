#include <cmath>
#include <limits>

#include "ops/_gradient.hpp"
#include "ops/_pool.hpp"

namespace pare {
namespace {

/// Row-major index in `shape` as the index when the first dimension runs fastest.
std::int64_t column_major(std::int64_t at, const Shape& shape) {
  std::int64_t index = 0;
  for (std::size_t i = shape.size(); i-- > 0;) {
    std::int64_t stride = 1;
    for (std::size_t k = 0; k < i; ++k) stride *= shape[k];
    index += at % shape[i] * stride;
    at /= shape[i];
  }
  return index;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const ops::WindowWalk walk = ops::plan_pool(call, x.shape());
  const Shape shape = ops::pool_shape(x.shape(), walk);
  const Shape spatial(x.shape().begin() + 2, x.shape().end());
  const bool columns = call.attr_int("storage_order") != 0;
  const double least =
      x.type().is_integer() ? x.type().info().min : -std::numeric_limits<double>::infinity();
  const std::vector<double> in = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  std::vector<std::int64_t> indices(y.size());
  const std::int64_t in_count = walk.in_count();
  const std::int64_t out_count = walk.out_count();
  ops::for_each_window(walk, shape[0] * shape[1],
                       [&](std::int64_t plane, std::int64_t at, const std::vector<ops::Tap>& taps,
                           std::int64_t /*padded*/) {
                         const std::int64_t base = plane * in_count;
                         const std::int64_t best = ops::greatest_tap(in.data() + base, taps);
                         const std::int64_t out = plane * out_count + at;
                         y[out] = best < 0 ? least : in[base + best];
                         indices[out] =
                             base + (columns && best > 0 ? column_major(best, spatial) : best);
                       });
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
  if (call.output_count() > 1) call.set_output(1, Tensor::of<std::int64_t>(shape, indices));
}

void gradient(GradientContext& g) {
  g.only_outputs_below(1);
  Attributes attributes = g.node().attributes();
  attributes.erase("storage_order");
  g.set_dx(0, g.op("MaxPoolGradient", {g.x(0), g.dy(0)}, attributes, "pare"));
}

}  // namespace

/// Greatest value of every window, and where it lies in the flattened x (with storage_order 1 the
/// first spatial dimension runs fastest). Shapes: x [B, C, spatial] -> both [B, C, spatial'].
/// Source: ONNX MaxPool, version 22.
OpDefs op_max_pool() {
  constexpr TypeSet allowed = types::kFloat | TypeSet{ElementKind::i8, ElementKind::u8};
  OpDef def("MaxPool", 22);
  def.input("X", allowed)
      .output("Y", allowed)
      .optional_output("Indices", {ElementKind::i64}, "I")
      .attribute("storage_order", std::int64_t{0}, "order of the indices: 0 rows, 1 columns");
  return ops::pool_attributes(def)
      .define(ops::pool_infer, reference, ops::pool_cost)
      .differentiable(gradient);
}

}  // namespace pare
