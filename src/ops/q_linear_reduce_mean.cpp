#include <algorithm>

#include "ops/_qlinear.hpp"
#include "ops/_reduce.hpp"

namespace pare {
namespace {

std::vector<std::int64_t> axes_of(const AttributeReader& a, std::size_t rank) {
  std::vector<std::int64_t> axes = a.attr_ints("axes");
  if (axes.empty()) {
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  return ops::normal_axes(std::move(axes), rank);
}

void infer(ShapeContext& c) {
  std::optional<SymShape> y;
  if (const SymShape* x = c.input_shape(0)) {
    const auto axes = axes_of(c, x->size());
    y = SymShape{};
    for (std::size_t i = 0; i < x->size(); ++i) {
      if (!std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i))) {
        y->push_back((*x)[i]);
      } else if (c.attr_int("keepdims") != 0) {
        y->emplace_back(1);
      }
    }
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const ops::Reduction r =
      ops::reduction_over(x.shape(), axes_of(call, x.rank()), call.attr_int("keepdims") != 0);
  const std::vector<double> v = ops::dequantized(call, 0);
  std::vector<double> mean(static_cast<std::size_t>(element_count(r.shape)));
  for (std::size_t i = 0; i < v.size(); ++i) mean[static_cast<std::size_t>(r.into[i])] += v[i];
  for (double& m : mean) m = r.each == 0 ? 0 : m / static_cast<double>(r.each);
  call.set_output(0, ops::requantized(call, mean, r.shape, 3, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_input(c, 2); }

}  // namespace

/// reduced = quantize(mean of dequantize(data) over `axes`, all by default). Shapes: data any ->
/// reduced without (or with 1 in) those dimensions. Source: ONNX Runtime, ContribOperators.md,
/// QLinearReduceMean.
OpDefs op_q_linear_reduce_mean() {
  OpDef def("com.microsoft", "QLinearReduceMean", 1);
  ops::output_scale(ops::quantized_input(def, "data"), "reduced");
  return def.output("reduced", ops::kByteCodes)
      .optional_attribute("axes", AttributeKind::integers, "dimensions that go; all")
      .attribute("keepdims", std::int64_t{1}, "1: reduced dimensions stay with size 1")
      .define(infer, reference, cost);
}

}  // namespace pare
