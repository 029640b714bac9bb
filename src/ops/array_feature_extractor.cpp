#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const SymShape* y = c.input_shape(1);
  std::optional<SymShape> z;
  if (x != nullptr && !x->empty()) {
    z = x->size() == 1 ? SymShape{1, {}} : *x;
    z->back() = y != nullptr ? product(*y) : Dim::unknown();
  }
  c.set_output(0, c.input_dtype(0), z);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  if (x.rank() == 0) call.fail("want at least one dimension");
  const std::vector<std::int64_t> columns = call.input(1).to_ints();
  const std::int64_t width = x.shape().back();
  for (const std::int64_t k : columns) {
    if (k < 0 || k >= width) call.fail(cat("column ", k, " is outside [0, ", width, ")"));
  }
  Shape shape = x.rank() == 1 ? Shape{1, 0} : x.shape();
  shape.back() = static_cast<std::int64_t>(columns.size());
  std::vector<std::int64_t> from;
  const std::int64_t rows = ops::outer_size(x.shape(), x.rank() - 1);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (const std::int64_t k : columns) from.push_back(i * width + k);
  }
  call.set_output(0, ops::gather_elements(x, shape, from));
}

}  // namespace

/// z[..., i] = x[..., y[i]]. Shapes: x [..., C], y of n elements -> z [..., n]; x [C] -> z [1, n].
/// Errors: Fault::corrupt for an index outside [0, C). Source: ONNX (ai.onnx.ml)
/// ArrayFeatureExtractor, version 1.
OpDefs op_array_feature_extractor() {
  const TypeSet types = ops::kMlNumber | types::kString;
  return ops::ml_op("ArrayFeatureExtractor", 1)
      .input("X", types)
      .input("Y", {ElementKind::i64}, "Y")
      .output("Z", types)
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
