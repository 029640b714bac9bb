#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

/// Softmax over groups of elements given by their indices.
std::vector<double> grouped(const std::vector<double>& x,
                            const std::vector<std::vector<std::size_t>>& groups) {
  std::vector<double> y(x.size());
  for (const auto& group : groups) {
    double sum = 0;
    for (const std::size_t i : group) sum += std::exp(x[i]);
    for (const std::size_t i : group) y[i] = std::exp(x[i]) / sum;
  }
  return y;
}

Tensor run(const Tensor& x, const Attributes& attributes) {
  return run_contrib("QLinearSoftmax",
                     {x, one_float(0.03125F), one_code(x.kind(), 5), one_float(0.00390625F),
                      one_code(x.kind(), x.kind() == u8 ? 0 : -128)},
                     attributes)[0];
}

TEST(QLinearSoftmax, NormalizesOneAxisFromOperatorSet13On) {
  const Tensor x = code_noise(u8, {2, 3, 2}, 4);
  const auto real = real_values(x, 0.03125, 5);
  const auto last = grouped(real, {{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}, {10, 11}});
  expect_codes(run(x, {{"opset", Int{13}}}), 1.0 / 256, 0, [&](std::size_t i) { return last[i]; });
  const auto middle = grouped(real, {{0, 2, 4}, {1, 3, 5}, {6, 8, 10}, {7, 9, 11}});
  expect_codes(run(x, {{"opset", Int{13}}, {"axis", Int{1}}}), 1.0 / 256, 0,
               [&](std::size_t i) { return middle[i]; });
}

TEST(QLinearSoftmax, NormalizesAllBehindTheAxisBefore) {
  const Tensor x = code_noise(i8, {2, 3, 2}, 5);
  const auto want = grouped(real_values(x, 0.03125, 5), {{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11}});
  expect_codes(run(x, {{"opset", Int{12}}}), 1.0 / 256, -128,
               [&](std::size_t i) { return want[i]; });
}

TEST(QLinearSoftmax, AxisOutsideAndMissingOperatorSetAreCorrupt) {
  const Tensor x = codes(u8, {2}, {1, 2});
  EXPECT_EQ(fault_of([&] { run(x, {{"opset", Int{13}}, {"axis", Int{1}}}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run(x, {{"opset", Int{9}}}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
