#include <cmath>

#include "ops/_axes.hpp"
#include "ops/_broadcast.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr double kEpsilon = 1e-9;  // of the definition, added to the deviation

void infer(ShapeContext& c) {
  if (const SymShape* x = c.input_shape(0)) (void)ops::normal_axes(c.attr_ints("axes"), x->size());
  c.set_output(0, c.input(0));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  Shape groups = x.shape();
  double n = 1;
  for (const std::int64_t d : ops::normal_axes(call.attr_ints("axes"), x.rank())) {
    n *= static_cast<double>(x.dim(static_cast<std::size_t>(d)));
    groups[static_cast<std::size_t>(d)] = 1;
  }
  const auto group = ops::broadcast_offsets(groups, x.shape());
  std::vector<double> v = x.to_doubles();
  std::vector<double> mean(static_cast<std::size_t>(element_count(groups)));
  std::vector<double> variance(mean.size());
  for (std::size_t i = 0; i < v.size(); ++i) mean[group[i]] += v[i] / n;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const double d = v[i] - mean[group[i]];
    variance[group[i]] += d * d / n;
  }
  for (std::size_t i = 0; i < v.size(); ++i) {
    v[i] = (v[i] - mean[group[i]]) / (std::sqrt(variance[group[i]]) + kEpsilon);
  }
  call.set_output(0, ops::from_doubles(v, x.shape(), x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 8); }

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  const auto axes = g.attr_ints("axes");
  Value* middle = g.sub(x, g.mean(x, axes));
  Value* deviation = g.op("Sqrt", {g.mean(g.square(middle), axes)});
  Value* inverse = g.op("Reciprocal", {g.add(deviation, kEpsilon)});
  Value* direction = g.zero_where(g.equal(deviation, 0.0), g.div(middle, deviation));
  Value* along = g.mul(direction, g.mul(g.mean(g.mul(g.dy(0), middle), axes), inverse));
  Value* rest = g.sub(g.sub(g.dy(0), g.mean(g.dy(0), axes)), along);
  g.set_dx(0, g.mul(rest, inverse));
}

}  // namespace

/// y = (x - mean) / (deviation + 1e-9) over the dimensions `axes` together. Shapes: x any -> y as
/// x. Source: ONNX MeanVarianceNormalization, version 13.
OpDefs op_mean_variance_normalization() {
  return OpDef("MeanVarianceNormalization", 13)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("axes", std::vector<std::int64_t>{0, 2, 3}, "dimensions to normalise over")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
