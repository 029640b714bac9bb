#include "ops/_broadcast.hpp"
#include "ops/_gradient.hpp"
#include "ops/_norm.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  std::optional<SymShape> statistics;
  if (x != nullptr) {
    const auto axis = static_cast<std::size_t>(c.attr_axis("axis", x->size()));
    y = *x;
    statistics = *x;
    for (std::size_t i = axis; i < x->size(); ++i) (*statistics)[i] = 1;
  }
  c.set_output(0, c.input_dtype(1), y);
  c.set_output(1, dtype_of(ElementKind::f32), statistics);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& scale = call.input(1);
  const auto axis = call.attr_axis("axis", x.rank());
  const Shape tail(x.shape().begin() + axis, x.shape().end());
  if (scale.rank() > tail.size() || broadcast_shapes(scale.shape(), tail) != tail) {
    call.fail(cat("scale has shape ", to_string(scale.shape()), ", the normalised dimensions ",
                  to_string(tail)));
  }
  ops::RowNorm norm;
  norm.centred = false;
  norm.epsilon = static_cast<double>(call.attr_float("epsilon"));
  const std::vector<double> given = scale.to_doubles();
  for (const std::int64_t i : ops::broadcast_offsets(scale.shape(), tail)) {
    norm.scale.push_back(given[static_cast<std::size_t>(i)]);
  }
  std::vector<double> y = x.to_doubles();
  ops::RowStatistics statistics = ops::normalize_rows(y, norm);
  call.set_output(0, ops::from_doubles(y, x.shape(), scale.type()));
  if (!call.wants_output(1)) return;
  Shape shape = x.shape();
  for (std::size_t i = static_cast<std::size_t>(axis); i < shape.size(); ++i) shape[i] = 1;
  if (norm.scale.empty()) statistics = ops::empty_statistics(shape, false);
  call.set_output(1, ops::from_doubles(statistics.inverse, shape, dtype_of(ElementKind::f32)));
}

void gradient(GradientContext& g) {
  g.only_outputs_below(1);
  Value* x = g.x(0);
  Value* dy = g.cast_like(g.dy(0), x);
  const std::size_t rank = g.rank(x);
  const auto norm = ops::normalise(g, x, ops::axes_from(g.attr_axis("axis", rank), rank),
                                   static_cast<double>(g.attr_float("epsilon")), false);
  if (g.wants(0)) g.set_dx(0, ops::through_norm(g, norm, g.mul(dy, g.cast_like(g.x(1), x))));
  if (g.wants(1)) g.set_dx(1, g.sum_to(g.mul(dy, norm.n), g.x(1)));
}

OpDef schema(const char* domain) {
  return OpDef(domain, "SimplifiedLayerNormalization", 1)
      .input("X", types::kFloat)
      .input("scale", types::kFloat, "V")
      .output("Y", types::kFloat, "V")
      .optional_output("inv_std_var", {ElementKind::f32}, "U")
      .attribute("axis", std::int64_t{-1}, "first normalised dimension")
      .attribute("epsilon", 1e-5F, "added to the mean square")
      .attribute("stash_type", std::int64_t{1}, "element type of the statistics")
      .define(infer, reference, ops::norm_cost)
      .differentiable(gradient);
}

}  // namespace

/// Y = X / sqrt(mean of X^2 + epsilon) * scale over the dimensions from `axis` on. Shapes: scale
/// broadcasts to those dimensions; inv_std_var has 1 there. ONNX Runtime writes it without a
/// domain. Source: ONNX Runtime, core/graph/contrib_ops, SimplifiedLayerNormalization.
OpDefs op_simplified_layer_normalization() { return {schema(""), schema("com.microsoft")}; }

}  // namespace pare
