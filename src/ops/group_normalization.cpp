#include "ops/_gradient.hpp"
#include "ops/_group_norm.hpp"

namespace pare {
namespace {

std::int64_t read_groups(const AttributeReader& a, const SymShape& x) {
  if (x.size() < 2) a.fail(cat("the input has shape ", to_string(x), ", wanted rank 2 or more"));
  const std::int64_t groups = a.attr_int("num_groups");
  if (groups < 1 || (x[1].is_number() && x[1].number() % groups != 0)) {
    a.fail(cat(x[1].text(), " channels do not divide into ", groups, " groups"));
  }
  return groups;
}

void infer(ShapeContext& c) {
  c.set_output(0, c.input(0));
  const SymShape* x = c.input_shape(0);
  if (x == nullptr) return;
  read_groups(c, *x);
  for (std::size_t i = 1; i < 3; ++i) {
    const SymShape* s = c.input_shape(i);
    if (s == nullptr) continue;
    if (s->size() != 1) c.fail(cat("input ", i, " has shape ", to_string(*s), ", wanted rank 1"));
    ops::want_equal(c, s->front(), (*x)[1], cat("the size of input ", i));
  }
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::int64_t groups = read_groups(call, to_symbolic(x.shape()));
  const std::int64_t channels = x.dim(1);
  ops::want_shape(call, call.input(1), {channels}, "the scale");
  ops::want_shape(call, call.input(2), {channels}, "the bias");
  std::vector<double> v = x.to_doubles();
  ops::normalize_groups(v, {channels, ops::inner_size(x.shape(), 1), groups,
                            static_cast<double>(call.attr_float("epsilon")),
                            call.input(1).to_doubles(), call.input(2).to_doubles()});
  call.set_output(0, ops::from_doubles(v, x.shape(), x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 8); }

/// Each group of channels becomes one row [B, groups, values].
void gradient(GradientContext& g) {
  Value* x = g.x(0);
  const std::size_t rank = g.rank(x);
  const auto rows = [&](Value* v) { return g.reshape(v, {0, g.attr_int("num_groups"), -1}); };
  const auto norm = ops::normalise(g, rows(x), {2}, static_cast<double>(g.attr_float("epsilon")));
  const auto axes = ops::all_but_channels(rank);
  Value* dn = g.mul(g.dy(0), ops::per_channel(g, g.x(1), rank));
  if (g.wants(0)) g.set_dx(0, g.reshape_like(ops::through_norm(g, norm, rows(dn)), x));
  if (g.wants(1)) {
    g.set_dx(1, g.sum(g.mul(g.dy(0), g.reshape_like(norm.n, x)), axes, /*keep=*/false));
  }
  if (g.wants(2)) g.set_dx(2, g.sum(g.dy(0), axes, /*keep=*/false));
}

}  // namespace

/// y = (x - mean) / sqrt(var + epsilon) * scale[c] + bias[c], mean and var over the channels of a
/// group and all pixels. Shapes: x [N, C, ...], scale, bias [C] -> y as x. Source: ONNX
/// GroupNormalization, version 21.
OpDefs op_group_normalization() {
  return OpDef("GroupNormalization", 21)
      .input("X", types::kFloat)
      .input("scale", types::kFloat)
      .input("bias", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("epsilon", 1e-5F, "added to the variance")
      .required_attribute("num_groups", AttributeKind::integer, "channels in so many groups")
      .attribute("stash_type", std::int64_t{1}, "element type of the statistics")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
