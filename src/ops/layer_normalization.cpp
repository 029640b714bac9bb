#include <cmath>

#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, c.input(0));
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> stats;
  if (x != nullptr) {
    const auto axis = static_cast<std::size_t>(c.attr_axis("axis", x->size()));
    stats = *x;
    for (std::size_t i = axis; i < stats->size(); ++i) (*stats)[i] = 1;
  }
  for (std::size_t i = 1; i < c.output_count(); ++i) {
    c.set_output(i, dtype_of(ElementKind::f32), stats);
  }
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  std::int64_t size = 1;
  Shape stats = x.shape();
  for (std::size_t i = axis; i < x.rank(); ++i) {
    size *= x.dim(i);
    stats[i] = 1;
  }
  const Shape tail(x.shape().begin() + static_cast<std::ptrdiff_t>(axis), x.shape().end());
  const auto read = [&](std::size_t i, double otherwise) {
    std::vector<double> out(static_cast<std::size_t>(size), otherwise);
    if (!call.has_input(i)) return out;
    const auto offsets = ops::broadcast_offsets(call.input(i).shape(), tail);
    const std::vector<double> given = call.input(i).to_doubles();
    for (std::size_t k = 0; k < out.size(); ++k)
      out[k] = given[static_cast<std::size_t>(offsets[k])];
    return out;
  };
  const std::vector<double> scale = read(1, 1);
  const std::vector<double> bias = read(2, 0);
  const double epsilon = static_cast<double>(call.attr_float("epsilon"));
  const std::vector<double> in = x.to_doubles();
  std::vector<double> out(in.size());
  std::vector<float> means;
  std::vector<float> inverses;
  const auto n = static_cast<std::size_t>(size);
  for (std::size_t first = 0; n > 0 && first < in.size(); first += n) {
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i) mean += in[first + i];
    mean /= static_cast<double>(n);
    double var = 0;
    for (std::size_t i = 0; i < n; ++i) var += (in[first + i] - mean) * (in[first + i] - mean);
    const double inverse = 1 / std::sqrt(var / static_cast<double>(n) + epsilon);
    for (std::size_t i = 0; i < n; ++i) {
      out[first + i] = (in[first + i] - mean) * inverse * scale[i] + bias[i];
    }
    means.push_back(static_cast<float>(mean));
    inverses.push_back(static_cast<float>(inverse));
  }
  call.set_output(0, Tensor::of<double>(x.shape(), out).cast(x.type()));
  if (call.wants_output(1)) call.set_output(1, Tensor::of<float>(stats, means));
  if (call.wants_output(2)) call.set_output(2, Tensor::of<float>(stats, inverses));
}

Cost cost(const ShapeContext& c) { return ops::elementwise_cost(c, 8); }

}  // namespace

/// y = (x - mean) / sqrt(var + epsilon) * scale + bias over the dimensions from `axis` on. Shapes:
/// scale, bias broadcast to those dimensions; mean and inverse deviation have 1 there. Source: ONNX
/// LayerNormalization, version 17.
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
      .define(infer, reference, cost);
}

}  // namespace pare
