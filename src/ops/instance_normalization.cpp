#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, c.input(0));
  const SymShape* x = c.input_shape(0);
  if (x == nullptr) return;
  if (x->size() < 2) c.fail(cat("the input has shape ", to_string(*x), ", wanted rank 2 or more"));
  for (std::size_t i = 1; i < 3; ++i) {
    const SymShape* s = c.input_shape(i);
    if (s == nullptr) continue;
    if (s->size() != 1) c.fail(cat("input ", i, " has shape ", to_string(*s), ", wanted rank 1"));
    ops::want_equal(c, s->front(), (*x)[1], cat("the size of input ", i));
  }
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  if (x.rank() < 2) {
    call.fail(cat("the input has shape ", to_string(x.shape()), ", wanted rank 2 or more"));
  }
  ops::want_shape(call, call.input(1), {x.dim(1)}, "the scale");
  ops::want_shape(call, call.input(2), {x.dim(1)}, "the bias");
  const auto channels = static_cast<std::size_t>(x.dim(1));
  const std::vector<double> scale = call.input(1).to_doubles();
  const std::vector<double> bias = call.input(2).to_doubles();
  const double epsilon = static_cast<double>(call.attr_float("epsilon"));
  const std::vector<double> in = x.to_doubles();
  std::vector<double> out(in.size());
  const std::size_t planes = static_cast<std::size_t>(x.dim(0)) * channels;
  const std::size_t n = planes > 0 ? in.size() / planes : 0;
  for (std::size_t p = 0; n > 0 && p < planes; ++p) {
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i) mean += in[p * n + i];
    mean /= static_cast<double>(n);
    double var = 0;
    for (std::size_t i = 0; i < n; ++i) var += (in[p * n + i] - mean) * (in[p * n + i] - mean);
    const double inverse = 1 / std::sqrt(var / static_cast<double>(n) + epsilon);
    for (std::size_t i = 0; i < n; ++i) {
      out[p * n + i] = (in[p * n + i] - mean) * inverse * scale[p % channels] + bias[p % channels];
    }
  }
  call.set_output(0, Tensor::of<double>(x.shape(), out).cast(x.type()));
}

Cost cost(const ShapeContext& c) { return ops::elementwise_cost(c, 8); }

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  const std::size_t rank = g.rank(x);
  const auto norm =
      ops::normalise(g, x, ops::axes_from(2, rank), static_cast<double>(g.attr_float("epsilon")));
  const auto axes = ops::all_but_channels(rank);
  Value* dn = g.mul(g.dy(0), ops::per_channel(g, g.x(1), rank));
  if (g.wants(0)) g.set_dx(0, ops::through_norm(g, norm, dn));
  if (g.wants(1)) g.set_dx(1, g.sum(g.mul(g.dy(0), norm.n), axes, /*keep=*/false));
  if (g.wants(2)) g.set_dx(2, g.sum(g.dy(0), axes, /*keep=*/false));
}

}  // namespace

/// y = (x - mean) / sqrt(var + epsilon) * scale[c] + bias[c] over each plane. Shapes: x [N, C,
/// ...], scale, bias [C] -> y as x. Source: ONNX InstanceNormalization, version 22.
OpDefs op_instance_normalization() {
  return OpDef("InstanceNormalization", 22)
      .input("input", types::kFloat)
      .input("scale", types::kFloat)
      .input("B", types::kFloat)
      .output("output", types::kFloat)
      .attribute("epsilon", 1e-5F, "added to the variance")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
