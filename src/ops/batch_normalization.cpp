#include <cmath>

#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, c.input(0));
  const SymShape* x = c.input_shape(0);
  const Dim channels = x == nullptr ? Dim::unknown() : x->size() > 1 ? (*x)[1] : Dim(1);
  for (std::size_t i = 1; i < 5; ++i) {
    const SymShape* s = c.input_shape(i);
    if (s == nullptr) continue;
    if (s->size() != 1) c.fail(cat("input ", i, " has shape ", to_string(*s), ", wanted rank 1"));
    ops::want_equal(c, s->front(), channels, cat("the size of input ", i));
  }
  for (std::size_t i = 1; i < c.output_count(); ++i) {
    c.set_output(i, c.input_dtype(3), SymShape{channels});
  }
}

struct Statistics {
  std::vector<double> mean;
  std::vector<double> variance;
};

Statistics of_batch(const std::vector<double>& x, std::int64_t channels, std::int64_t inner) {
  Statistics s{std::vector<double>(channels), std::vector<double>(channels)};
  const auto each = static_cast<double>(x.size()) / static_cast<double>(channels);
  const auto n = static_cast<std::int64_t>(x.size());
  for (std::int64_t i = 0; i < n; ++i) s.mean[i / inner % channels] += x[i] / each;
  for (std::int64_t i = 0; i < n; ++i) {
    const double d = x[i] - s.mean[i / inner % channels];
    s.variance[i / inner % channels] += d * d / each;
  }
  return s;
}

void set_running(OpCall& call, const Statistics& old, const Statistics& batch) {
  const auto momentum = static_cast<double>(call.attr_float("momentum"));
  const auto blend = [&](const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> out(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) out[i] = a[i] * momentum + b[i] * (1 - momentum);
    return out;
  };
  const DType type = call.input(3).type();
  const Shape shape = call.input(3).shape();
  if (call.output_count() > 1) {
    call.set_output(1, ops::from_doubles(blend(old.mean, batch.mean), shape, type));
  }
  if (call.output_count() > 2) {
    call.set_output(2, ops::from_doubles(blend(old.variance, batch.variance), shape, type));
  }
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::int64_t channels = x.rank() > 1 ? x.dim(1) : 1;
  const std::int64_t inner = x.rank() > 1 ? ops::inner_size(x.shape(), 1) : 1;
  for (std::size_t i = 1; i < 5; ++i) {
    ops::want_shape(call, call.input(i), {channels}, cat("input ", i));
  }
  std::vector<double> v = x.to_doubles();
  Statistics use{call.input(3).to_doubles(), call.input(4).to_doubles()};
  if (call.attr_int("training_mode") != 0) {
    const Statistics batch = of_batch(v, channels, inner);
    set_running(call, use, batch);
    use = batch;
  } else if (call.output_count() > 1) {
    call.fail("running statistics are only made with training_mode");
  }
  const std::vector<double> scale = call.input(1).to_doubles();
  const std::vector<double> bias = call.input(2).to_doubles();
  const auto epsilon = static_cast<double>(call.attr_float("epsilon"));
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t c = i / inner % channels;
    v[i] = (v[i] - use.mean[c]) / std::sqrt(use.variance[c] + epsilon) * scale[c] + bias[c];
  }
  call.set_output(0, ops::from_doubles(v, x.shape(), x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 2); }

/// Running statistics carry no gradient.
void gradient(GradientContext& g) {
  g.only_outputs_below(1);
  Value* x = g.x(0);
  const std::size_t rank = g.rank(x);
  const auto axes = ops::all_but_channels(rank);
  const auto spread = [&](Value* v) { return ops::per_channel(g, g.cast_like(v, x), rank); };
  const auto per_channel = [&](Value* v, std::size_t i) {
    g.set_dx(i, g.reshape_like(g.sum(v, axes), g.x(i)));
  };
  const auto epsilon = static_cast<double>(g.attr_float("epsilon"));
  Value* dn = g.mul(g.dy(0), spread(g.x(1)));
  Value* n = nullptr;
  if (g.attr_int("training_mode") != 0) {
    const ops::Normalised norm = ops::normalise(g, x, axes, epsilon);
    n = norm.n;
    if (g.wants(0)) g.set_dx(0, ops::through_norm(g, norm, dn));
  } else {
    Value* inverse = g.op("Reciprocal", {g.op("Sqrt", {g.add(spread(g.x(4)), epsilon)})});
    n = g.mul(g.sub(x, spread(g.x(3))), inverse);
    Value* dx = g.mul(dn, inverse);
    g.set_dx(0, dx);
    if (g.wants(3)) per_channel(g.neg(dx), 3);
    if (g.wants(4)) per_channel(g.mul(g.mul(g.mul(dn, n), g.square(inverse)), -0.5), 4);
  }
  if (g.wants(1)) per_channel(g.mul(g.dy(0), n), 1);
  if (g.wants(2)) per_channel(g.dy(0), 2);
}

}  // namespace

/// y = (x - mean) / sqrt(var + epsilon) * scale + B for every channel; with training_mode mean and
/// var are those of the batch, and the running ones go along with `momentum`.
/// Shapes: x [B, C, ...], the others [C] -> y as x, running statistics [C].
/// Source: ONNX BatchNormalization, version 15.
OpDefs op_batch_normalization() {
  return OpDef("BatchNormalization", 15)
      .input("X", types::kFloat)
      .input("scale", types::kFloat, "T1")
      .input("B", types::kFloat, "T1")
      .input("input_mean", types::kFloat, "T2")
      .input("input_var", types::kFloat, "T2")
      .output("Y", types::kFloat)
      .optional_output("running_mean", types::kFloat, "T2")
      .optional_output("running_var", types::kFloat, "T2")
      .attribute("epsilon", 1e-5F, "added to the variance")
      .attribute("momentum", 0.9F, "share of the old running statistics that stays")
      .attribute("training_mode", std::int64_t{0}, "normalise by the statistics of the batch")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
