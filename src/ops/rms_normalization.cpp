#include <cmath>

#include "ops/_broadcast.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(1), c.input(0).shape);
  const SymShape* x = c.input_shape(0);
  if (x == nullptr) return;
  (void)c.attr_axis("axis", x->size());
  const SymShape* s = c.input_shape(1);
  if (s != nullptr && broadcast_shapes(*s, *x).size() != x->size()) {
    c.fail(cat("the scale of shape ", to_string(*s), " does not broadcast to ", to_string(*x)));
  }
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& s = call.input(1);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  if (broadcast_shapes(s.shape(), x.shape()) != x.shape()) {
    call.fail(cat("the scale of shape ", to_string(s.shape()), " does not broadcast to ",
                  to_string(x.shape())));
  }
  const auto offsets = ops::broadcast_offsets(s.shape(), x.shape());
  const std::vector<double> scale = s.to_doubles();
  const auto epsilon = static_cast<double>(call.attr_float("epsilon"));
  std::vector<double> v = x.to_doubles();
  const std::int64_t n = ops::inner_size(x.shape(), axis) * x.dim(axis);
  for (std::int64_t first = 0; n > 0 && first < x.size(); first += n) {
    double sum = 0;
    for (std::int64_t i = first; i < first + n; ++i) sum += v[i] * v[i];
    const double inverse = 1 / std::sqrt(sum / static_cast<double>(n) + epsilon);
    for (std::int64_t i = first; i < first + n; ++i) v[i] *= inverse * scale[offsets[i]];
  }
  call.set_output(0, ops::from_doubles(v, x.shape(), s.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 4); }

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* dy = g.cast_like(g.dy(0), x);
  const std::size_t rank = g.rank(x);
  const auto norm = ops::normalise(g, x, ops::axes_from(g.attr_axis("axis", rank), rank),
                                   static_cast<double>(g.attr_float("epsilon")), false);
  if (g.wants(0)) g.set_dx(0, ops::through_norm(g, norm, g.mul(dy, g.cast_like(g.x(1), x))));
  if (g.wants(1)) g.set_dx(1, g.sum_to(g.mul(dy, norm.n), g.x(1)));
}

}  // namespace

/// y = x / sqrt(mean(x^2) + epsilon) * scale over the dimensions from `axis` on. Shapes: x any,
/// scale broadcasts to x -> y as x, of the
/// type of scale. Source: ONNX RMSNormalization, version 23.
OpDefs op_rms_normalization() {
  return OpDef("RMSNormalization", 23)
      .input("X", types::kFloat)
      .input("scale", types::kFloat, "V")
      .output("Y", types::kFloat, "V")
      .attribute("axis", std::int64_t{-1}, "first normalised dimension")
      .attribute("epsilon", 1e-5F, "added to the mean square")
      .attribute("stash_type", std::int64_t{1}, "element type of the statistics")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
