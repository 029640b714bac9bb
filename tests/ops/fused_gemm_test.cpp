#include "ops/quantized.hpp"

namespace pare {
namespace {

std::vector<float> naive(const Tensor& a, const Tensor& b, const Tensor& c, bool swap) {
  const auto x = a.data<float>();
  const auto w = b.data<float>();
  std::vector<float> want;
  for (std::size_t i = 0; i < 6; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      sum += static_cast<double>(x[swap ? k * 2 + i / 3 : i / 3 * 4 + k]) *
             static_cast<double>(w[swap ? i % 3 * 4 + k : k * 3 + i % 3]);
    }
    want.push_back(static_cast<float>(0.5 * sum + 2 * static_cast<double>(c.data<float>()[i % 3])));
  }
  return want;
}

TEST(FusedGemm, ActivatesTheGemm) {
  for (const bool swap : {false, true}) {
    const Tensor a = noise(swap ? Shape{4, 2} : Shape{2, 4}, 1);
    const Tensor b = noise(swap ? Shape{3, 4} : Shape{4, 3}, 2);
    const Tensor c = noise({3}, 3);
    Attributes attributes = {{"alpha", 0.5F},
                             {"beta", 2.0F},
                             {"transA", Int{swap ? 1 : 0}},
                             {"transB", Int{swap ? 1 : 0}}};
    std::vector<float> want = naive(a, b, c, swap);
    expect_close(run_contrib("FusedGemm", {a, b, c}, attributes)[0], want, 1e-6F);
    attributes.emplace("activation", std::string("LeakyRelu"));
    attributes.emplace("activation_alpha", 0.25F);
    for (float& v : want) v = v < 0 ? 0.25F * v : v;
    expect_close(run_contrib("FusedGemm", {a, b, c}, attributes)[0], want, 1e-6F);
  }
}

TEST(FusedGemm, KnowsTheActivationsOfOnnx) {
  const Tensor a = Tensor::of<float>({4, 1}, {-2, -0.5F, 0.5F, 3});
  const Tensor one = Tensor::of<float>({1, 1}, {1});
  const auto run = [&](const std::string& name, Attributes more = {}) {
    more.emplace("activation", name);
    return run_contrib("FusedGemm", {a, one}, more)[0];
  };
  expect_close(run("Relu"), {0, 0, 0.5F, 3}, 0);
  expect_close(run("Elu"), {-0.864664717F, -0.393469340F, 0.5F, 3}, 1e-7F);
  expect_close(run("Softsign"), {-0.666666667F, -0.333333333F, 0.333333333F, 0.75F}, 1e-7F);
  expect_close(run("Softplus"), {0.126928011F, 0.474076984F, 0.974076984F, 3.048587352F}, 1e-7F);
  expect_close(run("ThresholdedRelu"), {0, 0, 0, 3}, 0);
  expect_close(run("HardSigmoid", {{"activation_alpha", 0.5F}}), {0, 0.25F, 0.75F, 1}, 0);
}

TEST(FusedGemm, WrongShapesAndUnknownActivationsAreFaults) {
  const auto run = [](const Shape& a, const Shape& c, const std::string& activation) {
    return fault_of([&] {
      run_contrib("FusedGemm", {noise(a), noise({4, 3}), noise(c)}, {{"activation", activation}});
    });
  };
  EXPECT_EQ(run({2, 3}, {3}, "Relu"), Fault::corrupt);
  EXPECT_EQ(run({1, 2, 4}, {3}, "Relu"), Fault::corrupt);
  EXPECT_EQ(run({2, 4}, {4}, "Relu"), Fault::corrupt);
  EXPECT_EQ(run({2, 4}, {3}, "Softmax"), Fault::unsupported);
}

}  // namespace
}  // namespace pare
