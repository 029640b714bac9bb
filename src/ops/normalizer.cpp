#include <algorithm>
#include <array>
#include <limits>

#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

enum class Norm : std::uint8_t { max, l1, l2 };

double norm_of(Norm norm, std::span<const double> row) {
  double peak = -std::numeric_limits<double>::infinity();
  double sum = 0;
  for (const double x : row) {
    peak = std::max(peak, x);
    sum += norm == Norm::l1 ? std::abs(x) : x * x;
  }
  if (norm == Norm::max) return peak;
  return norm == Norm::l1 ? sum : std::sqrt(sum);
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  c.set_output(0, dtype_of(ElementKind::f32), x != nullptr ? std::optional(*x) : std::nullopt);
}

void reference(OpCall& call) {
  constexpr std::array<std::string_view, 3> kWords = {"MAX", "L1", "L2"};
  const auto norm = static_cast<Norm>(ops::attr_word(call, "norm", kWords));
  const ops::Samples x = ops::read_samples(call);
  const auto out =
      call.make_output(0, dtype_of(ElementKind::f32), call.input(0).shape()).mutable_data<float>();
  std::size_t at = 0;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::span<const double> row = x.row(i);
    const double by = norm_of(norm, row);
    for (const double v : row) out[at++] = static_cast<float>(by == 0 ? v : v / by);
  }
}

}  // namespace

/// Each row divided by its greatest element (MAX, with its sign), its sum of absolute values (L1)
/// or its Euclidean length (L2); rows for which that is 0 stay. Shapes: [N, C] or [C] -> the same,
/// in float. Source: ONNX (ai.onnx.ml) Normalizer, version 1.
OpDefs op_normalizer() {
  return ops::ml_op("Normalizer", 1)
      .input("X", ops::kMlNumber)
      .output("Y", ops::kF32, "Y")
      .attribute("norm", std::string("MAX"), "MAX, L1 or L2")
      .define(infer, reference, [](const ShapeContext& c) { return ops::per_input(c, 3); });
}

}  // namespace pare
