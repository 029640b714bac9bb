#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

Tensor floats(const std::vector<float>& v) {
  return Tensor::of<float>({static_cast<std::int64_t>(v.size())}, v);
}

TEST(BatchNormalization, EveryChannelByItsOwnNumbers) {
  const Tensor x = noise({2, 3, 2, 2}, 1);
  const Tensor s = floats({1, -2, 0.5F});
  const Tensor b = floats({0, 1, -3});
  const Tensor mean = floats({0.25F, -1, 2});
  const Tensor var = floats({1, 0.25F, 4});
  const Tensor y = run_op("BatchNormalization", {x, s, b, mean, var}, {{"epsilon", 0.5F}})[0];
  const std::vector<double> in = x.to_doubles();
  std::vector<float> want;
  for (int n = 0; n < 2; ++n) {
    for (int c = 0; c < 3; ++c) {
      for (int i = 0; i < 4; ++i) {
        const double v = in.at((n * 3 + c) * 4 + i) - mean.to_doubles()[c];
        const double root = std::sqrt(var.to_doubles()[c] + 0.5);
        want.push_back(static_cast<float>(v / root * s.to_doubles()[c] + b.to_doubles()[c]));
      }
    }
  }
  expect_close(y, want, 2e-7F);
}

TEST(BatchNormalization, EpsilonIsOneHundredThousandthByDefault) {
  const Tensor x = Tensor::of<float>({1, 1, 1}, {1});
  const Tensor y =
      run_op("BatchNormalization", {x, floats({1}), floats({0}), floats({0}), floats({0})})[0];
  expect_close(y, {316.22776F}, 1e-6F);  // 1 / sqrt(1e-5)
}

TEST(BatchNormalization, ChannelsAreTheSecondDimensionOrOne) {
  const Tensor two = Tensor::of<float>({2, 2}, {1, 2, 3, 4});
  expect_close(run_op("BatchNormalization",
                      {two, floats({1, 10}), floats({0, 0}), floats({1, 2}), floats({1, 1})},
                      {{"epsilon", 0.0F}})[0],
               {0, 0, 2, 20}, 0);
  const Tensor line = Tensor::of<float>({3}, {1, 2, 3});
  expect_close(
      run_op("BatchNormalization", {line, floats({2}), floats({1}), floats({1}), floats({4})},
             {{"epsilon", 0.0F}})[0],
      {1, 2, 3}, 0);
}

TEST(BatchNormalization, TrainingUsesTheBatchAndMovesTheStatistics) {
  const Tensor x = Tensor::of<float>({2, 2, 2}, {1, 3, 10, 10, 5, 7, 10, 10});
  const Attributes a = {{"training_mode", Int{1}}, {"momentum", 0.75F}, {"epsilon", 0.0F}};
  // Channel 0: mean 4, variance (9 + 1 + 1 + 9) / 4 = 5.
  Attributes with = a;
  with["epsilon"] = 4.0F;
  const auto y =
      run_op("BatchNormalization",
             {x, floats({3, 1}), floats({0, 7}), floats({8, 0}), floats({1, 4})}, with, 3);
  expect_close(y[0], {-3, -1, 7, 7, 1, 3, 7, 7}, 1e-7F);
  expect_close(y[1], {7, 2.5F}, 0);
  expect_close(y[2], {2, 3}, 0);
}

TEST(BatchNormalization, ElementTypesMayDiffer) {
  const Tensor x = Tensor::of<float>({1, 1, 2}, {1, 2}).cast(dtype_of(ElementKind::f16));
  const Tensor mean = Tensor::of<double>({1}, {1});
  const Tensor var = Tensor::of<double>({1}, {0.25});
  const Tensor y = run_op("BatchNormalization", {x, floats({1}), floats({0}), mean, var},
                          {{"epsilon", 0.0F}})[0];
  EXPECT_EQ(y.kind(), ElementKind::f16);
  expect_close(y, {0, 2}, 0);
}

TEST(BatchNormalization, SymbolsAndRefusals) {
  const ValueType c = typed(ElementKind::f32, {3});
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("N"), 3, Dim::symbol("H"), 5});
  const Attributes training = {{"training_mode", Int{1}}};
  EXPECT_EQ(to_string(infer_op("BatchNormalization", {x, c, c, c, c})), "[N,3,H,5]");
  EXPECT_EQ(to_string(infer_op("BatchNormalization", {x, c, c, c, c}, training, 2)), "[3]");
  const Tensor in = ramp({1, 3, 2});
  const Tensor three = ramp({3});
  const auto fault = [&](const Tensor& s, const Tensor& var) {
    return fault_of([&] { run_unchecked("BatchNormalization", {in, s, three, three, var}); });
  };
  EXPECT_EQ(fault(ramp({2}), three), Fault::corrupt);
  EXPECT_EQ(fault(three, ramp({3, 1})), Fault::corrupt);
  EXPECT_EQ(fault(three, Tensor()), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_unchecked("BatchNormalization", {in, three, three, three, three}, {}, 3);
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              infer_op("BatchNormalization", {x, typed(ElementKind::f32, {4}), c, c, c});
            }),
            Fault::corrupt);
}

TEST(BatchNormalization, GradientMatchesCentralDifferences) {
  const std::vector<Tensor> inputs = {noise({2, 3, 2, 2}), noise({3}, 2), noise({3}, 3),
                                      noise({3}, 4), between({3}, 0.5F, 2)};
  expect_gradient("BatchNormalization", inputs);
  expect_gradient("BatchNormalization", inputs, {{"training_mode", Int{1}}, {"epsilon", 0.01F}});
  expect_gradient("BatchNormalization", {noise({4, 3}), noise({3}, 2), noise({3}, 3), noise({3}, 4),
                                         between({3}, 0.5F, 2)});
}

}  // namespace
}  // namespace pare
