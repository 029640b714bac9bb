#include <cmath>

#include "ops/_broadcast.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

DType stash_type(const AttributeReader& a) {
  const std::int64_t said = a.attr_int("stash_type");
  if (said < 0 || said > 254 || !types::kFloat.has(static_cast<ElementKind>(said))) {
    a.fail(cat("stash_type is ", said));
  }
  return dtype_of(static_cast<ElementKind>(said));
}

void infer(ShapeContext& c) {
  c.set_output(0, c.input(0));
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> stats;
  if (x != nullptr) {
    const auto axis = static_cast<std::size_t>(c.attr_axis("axis", x->size()));
    stats = *x;
    for (std::size_t i = axis; i < stats->size(); ++i) (*stats)[i] = 1;
    for (std::size_t i = 1; i < 3; ++i) {
      const SymShape* s = c.has_input(i) ? c.input_shape(i) : nullptr;
      if (s != nullptr && broadcast_shapes(*s, *x).size() != x->size()) {
        c.fail(cat("input ", i, " of shape ", to_string(*s), " does not broadcast to ",
                   to_string(*x)));
      }
    }
  }
  const DType type = stash_type(c);
  for (std::size_t i = 1; i < c.output_count(); ++i) c.set_output(i, type, stats);
}

/// One number per element of x from input i; `otherwise` when it is not given.
std::vector<double> spread(const OpCall& call, std::size_t i, const Shape& x, double otherwise) {
  std::vector<double> out(static_cast<std::size_t>(element_count(x)), otherwise);
  if (!call.has_input(i)) return out;
  const Tensor& given = call.input(i);
  if (broadcast_shapes(given.shape(), x) != x) {
    call.fail(cat("input ", i, " of shape ", to_string(given.shape()), " does not broadcast to ",
                  to_string(x)));
  }
  const auto offsets = ops::broadcast_offsets(given.shape(), x);
  const std::vector<double> values = given.to_doubles();
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = values[offsets[k]];
  return out;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  Shape stats = x.shape();
  for (std::size_t i = axis; i < x.rank(); ++i) stats[i] = 1;
  const auto groups = static_cast<std::size_t>(element_count(stats));
  const std::vector<double> scale = spread(call, 1, x.shape(), 1);
  const std::vector<double> bias = spread(call, 2, x.shape(), 0);
  const auto epsilon = static_cast<double>(call.attr_float("epsilon"));
  const std::vector<double> in = x.to_doubles();
  std::vector<double> out(in.size());
  std::vector<double> means(groups);
  std::vector<double> inverses(groups);
  const std::size_t n = groups > 0 ? in.size() / groups : 0;
  for (std::size_t g = 0; g < groups; ++g) {
    const std::size_t first = g * n;
    for (std::size_t i = 0; i < n; ++i) means[g] += in[first + i];
    means[g] /= static_cast<double>(n);
    double var = 0;
    for (std::size_t i = 0; i < n; ++i) {
      var += (in[first + i] - means[g]) * (in[first + i] - means[g]);
    }
    inverses[g] = 1 / std::sqrt(var / static_cast<double>(n) + epsilon);
    for (std::size_t i = first; i < first + n; ++i) {
      out[i] = (in[i] - means[g]) * inverses[g] * scale[i] + bias[i];
    }
  }
  const DType type = stash_type(call);
  call.set_output(0, ops::from_doubles(out, x.shape(), x.type()));
  if (call.wants_output(1)) call.set_output(1, ops::from_doubles(means, stats, type));
  if (call.wants_output(2)) call.set_output(2, ops::from_doubles(inverses, stats, type));
}

Cost cost(const ShapeContext& c) { return ops::elementwise_cost(c, 8); }

void gradient(GradientContext& g) {
  g.only_outputs_below(1);
  Value* x = g.x(0);
  const std::size_t rank = g.rank(x);
  const auto norm = ops::normalise(g, x, ops::axes_from(g.attr_axis("axis", rank), rank),
                                   static_cast<double>(g.attr_float("epsilon")));
  if (g.wants(0)) g.set_dx(0, ops::through_norm(g, norm, g.mul(g.dy(0), g.x(1))));
  if (g.wants(1)) g.set_dx(1, g.sum_to(g.mul(g.dy(0), norm.n), g.x(1)));
  if (g.wants(2)) g.set_dx(2, g.sum_to(g.dy(0), g.x(2)));
}

}  // namespace

/// y = (x - mean) / sqrt(var + epsilon) * scale + bias over the dimensions from `axis` on. Shapes:
/// scale and bias broadcast to x; mean and inverse deviation have 1 in those dimensions. Source:
/// ONNX LayerNormalization, version 17.
OpDefs op_layer_normalization() {
  return OpDef("LayerNormalization", 17)
      .input("X", types::kFloat)
      .input("Scale", types::kFloat)
      .optional_input("B", types::kFloat)
      .output("Y", types::kFloat)
      .optional_output("Mean", types::kFloat, "U")
      .optional_output("InvStdDev", types::kFloat, "U")
      .attribute("axis", std::int64_t{-1}, "first normalised dimension")
      .attribute("epsilon", 1e-5F, "added to the variance")
      .attribute("stash_type", std::int64_t{1}, "element type of the statistics")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
