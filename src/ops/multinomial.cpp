#include <algorithm>
#include <cmath>

#include "ops/_random.hpp"

namespace pare {
namespace {

std::int64_t sample_size(const AttributeReader& a) {
  const std::int64_t n = a.attr_int("sample_size");
  if (n < 1) a.fail(cat("sample_size is ", n));
  return n;
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  if (x != nullptr && x->size() != 2) c.fail(cat("input has shape ", to_string(*x)));
  c.set_output(0, ops::attr_dtype(c, "dtype", types::kIndex),
               SymShape{x != nullptr ? x->front() : Dim::unknown(), sample_size(c)});
}

/// Sums of exp(x - max x) up to and with each class.
std::vector<double> cumulated(const OpCall& call, const double* x, std::int64_t classes) {
  const double peak = *std::max_element(x, x + classes);
  std::vector<double> sums;
  double sum = 0;
  for (std::int64_t c = 0; c < classes; ++c) {
    sum += std::exp(x[c] - peak);
    sums.push_back(sum);
  }
  if (!std::isfinite(sum)) call.fail("the logarithms of the probabilities are no numbers");
  return sums;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  ops::want_rank(call, x, 2, "input");
  const std::int64_t n = sample_size(call);
  const std::int64_t classes = x.dim(1);
  if (classes == 0 && x.dim(0) > 0) call.fail("no class to choose from");
  const std::vector<double> in = x.to_doubles();
  Tensor y(ElementKind::i64, {x.dim(0), n});
  const auto out = y.mutable_data<std::int64_t>();
  ops::Draws draws(call);
  for (std::int64_t b = 0; b < x.dim(0); ++b) {
    const std::vector<double> sums = cumulated(call, in.data() + b * classes, classes);
    for (std::int64_t i = 0; i < n; ++i) {
      const double at = draws.uniform() * sums.back();  // below the last sum
      const auto found = std::upper_bound(sums.begin(), sums.end() - 1, at);
      out[b * n + i] = found - sums.begin();
    }
  }
  call.set_output(0, y.cast(ops::attr_dtype(call, "dtype", types::kIndex)));
}

}  // namespace

/// Classes, each with a probability in proportion to exp(input). Shapes: input [B, C] -> y
/// [B, sample_size]. Without `seed` every run draws other numbers (ops/_random.hpp). Errors:
/// Fault::corrupt when no class has a probability. Source: ONNX Multinomial, version 22.
OpDefs op_multinomial() {
  return OpDef("Multinomial", 22)
      .input("input", types::kFloat, "T1")
      .output("output", types::kIndex, "T2")
      .attribute("dtype", std::int64_t{6}, "TensorProto.DataType of the result")
      .attribute("sample_size", std::int64_t{1}, "how many are drawn")
      .optional_attribute("seed", AttributeKind::real, "the same numbers at every run")
      .random()
      .define(infer, reference, ops::random_cost);
}

}  // namespace pare
