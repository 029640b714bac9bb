#include <algorithm>

#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

/// Bounds what a few bytes can make a model ask for.
constexpr std::int64_t kMostColumns = std::int64_t{1} << 24;

/// Columns that each input gives.
std::vector<std::int64_t> read_widths(const AttributeReader& a, std::size_t inputs) {
  const std::vector<std::int64_t> widths = a.attr_ints("inputdimensions");
  if (widths.size() != inputs) {
    a.fail(cat("'inputdimensions' has ", widths.size(), " entries for ", inputs, " inputs"));
  }
  std::int64_t sum = 0;
  for (const std::int64_t w : widths) {
    if (w < 0 || w > kMostColumns) a.fail(cat("an input cannot have ", w, " columns"));
    sum += w;
  }
  if (sum > kMostColumns) a.fail(cat(sum, " columns are too many"));
  return widths;
}

void infer(ShapeContext& c) {
  std::int64_t columns = 0;
  for (const std::int64_t w : read_widths(c, c.input_count())) columns += w;
  c.set_output(0, dtype_of(ElementKind::f32), SymShape{ops::sample_count(c), columns});
}

void reference(OpCall& call) {
  const std::vector<std::int64_t> widths = read_widths(call, call.input_count());
  std::int64_t columns = 0;
  for (const std::int64_t w : widths) columns += w;
  const Tensor& first = call.input(0);
  const std::int64_t rows = first.rank() == 1 || first.rank() == 0 ? 1 : first.dim(0);
  const auto out =
      call.make_output(0, dtype_of(ElementKind::f32), {rows, columns}).mutable_data<float>();
  std::int64_t at = 0;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    const Tensor& x = call.input(k);
    const bool one = x.rank() == 1;
    if ((!one && x.rank() != 2) || (one ? 1 : x.dim(0)) != rows) {
      call.fail(cat("input ", k, " of shape ", to_string(x.shape()), " has not ", rows, " rows"));
    }
    const std::int64_t given = x.shape().back();
    const std::vector<double> values = x.to_doubles();
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < std::min(given, widths[k]); ++j) {
        out[static_cast<std::size_t>(i * columns + at + j)] =
            static_cast<float>(values[static_cast<std::size_t>(i * given + j)]);
      }
    }
    at += widths[k];
  }
}

}  // namespace

/// The inputs side by side as floats, each cut or filled with zeros to its entry of
/// inputdimensions. Shapes: [N, C] or [C] as one row -> [N, sum of inputdimensions]. Errors:
/// Fault::corrupt for unequal numbers of rows. Source: ONNX (ai.onnx.ml) FeatureVectorizer,
/// version 1.
OpDefs op_feature_vectorizer() {
  return ops::ml_op("FeatureVectorizer", 1)
      .variadic_input("X", ops::kMlNumber)
      .output("Y", ops::kF32, "Y")
      .optional_attribute("inputdimensions", AttributeKind::integers, "columns of each input")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
