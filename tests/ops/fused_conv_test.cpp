#include "ops/quantized.hpp"

namespace pare {
namespace {

/// The activations by their formulas.
float activated(const std::string& name, const std::vector<float>& p, float x) {
  if (name == "Relu") return std::max(x, 0.0F);
  if (name == "Tanh") return std::tanh(x);
  if (name == "Sigmoid") return 1 / (1 + std::exp(-x));
  if (name == "LeakyRelu") return x < 0 ? p[0] * x : x;
  if (name == "Clip") return std::min(std::max(x, p[0]), p[1]);
  if (name == "HardSigmoid") return std::max(0.0F, std::min(1.0F, p[0] * x + p[1]));
  return x;
}

struct Case {
  std::string name;
  std::vector<float> params;
};

class FusedConv : public testing::TestWithParam<Case> {};

TEST_P(FusedConv, AddsBiasAndZThenActivates) {
  const auto& [name, params] = GetParam();
  const Tensor x = noise({2, 2, 4, 3}, 1);
  const Tensor w = noise({3, 2, 2, 2}, 2);
  const Tensor b = noise({3}, 3);
  const Tensor z = noise({2, 3, 3, 2}, 4);
  Attributes attributes = {{"activation", name}};
  if (!params.empty()) attributes.emplace("activation_params", params);
  const Tensor y = run_contrib("FusedConv", {x, w, b, z}, attributes)[0];
  ASSERT_EQ(y.shape(), z.shape());
  std::vector<float> want;
  for (std::size_t i = 0; i < 36; ++i) {
    const std::size_t m = i / 6 % 3;
    double sum = static_cast<double>(b.data<float>()[m]) + static_cast<double>(z.data<float>()[i]);
    for (std::size_t c = 0; c < 2; ++c) {
      for (std::size_t k = 0; k < 4; ++k) {
        const std::size_t at = (i / 18 * 2 + c) * 12 + (i / 2 % 3 + k / 2) * 3 + i % 2 + k % 2;
        sum += static_cast<double>(x.data<float>()[at]) *
               static_cast<double>(w.data<float>()[(m * 2 + c) * 4 + k]);
      }
    }
    want.push_back(activated(name, params, static_cast<float>(sum)));
  }
  expect_close(y, want, 1e-6F);
}

INSTANTIATE_TEST_SUITE_P(Activations, FusedConv,
                         testing::Values(Case{"Relu", {}}, Case{"Tanh", {}}, Case{"Sigmoid", {}},
                                         Case{"LeakyRelu", {0.25F}}, Case{"Clip", {-0.5F, 0.25F}},
                                         Case{"HardSigmoid", {0.5F, 0.25F}}, Case{"", {}}));

TEST(FusedConvShapes, WrongOnesAndUnknownActivationsAreFaults) {
  const auto run = [](const Tensor& b, const Tensor& z, const std::string& activation,
                      std::vector<float> params) {
    return fault_of([&] {
      run_contrib("FusedConv", {noise({1, 2, 3, 3}), noise({2, 2, 2, 2}), b, z},
                  {{"activation", activation}, {"activation_params", std::move(params)}});
    });
  };
  EXPECT_EQ(run(noise({3}), {}, "Relu", {}), Fault::corrupt);
  EXPECT_EQ(run({}, noise({1, 2, 3, 3}), "Relu", {}), Fault::corrupt);
  EXPECT_EQ(run({}, {}, "Relu", {1}), Fault::corrupt);
  EXPECT_EQ(run({}, {}, "Swish", {}), Fault::unsupported);
}

}  // namespace
}  // namespace pare
