#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(GroupNormalization, GroupsOfChannelsWithScalesPerChannel) {
  // Group 0: 1, 3, 5, 7 (mean 4, variance 5); group 1: 2, 2, 6, 6 (mean 4, variance 4).
  const Tensor x = Tensor::of<float>({1, 4, 2}, {1, 3, 5, 7, 2, 2, 6, 6});
  const Tensor s = Tensor::of<float>({4}, {1, 2, 1, -3});
  const Tensor b = Tensor::of<float>({4}, {0, 1, 10, 0});
  const auto r = static_cast<float>(1 / std::sqrt(5.0));
  expect_close(
      run_op("GroupNormalization", {x, s, b}, {{"num_groups", Int{2}}, {"epsilon", 0.0F}})[0],
      {-3 * r, -r, 1 + 2 * r, 1 + 6 * r, 9, 9, -3, -3}, 2e-7F);
}

TEST(GroupNormalization, OneGroupAndEveryChannelItsOwn) {
  const Tensor x = noise({2, 3, 5}, 1);
  const Tensor one = Tensor::of<float>({3}, {1, 1, 1});
  const Tensor zero = Tensor::of<float>({3}, {0, 0, 0});
  const Attributes instance = {{"num_groups", Int{3}}};
  EXPECT_TRUE(identical(run_op("GroupNormalization", {x, one, zero}, instance)[0],
                        run_op("InstanceNormalization", {x, one, zero})[0]));
  const Tensor flat =
      run_op("LayerNormalization", {x, Tensor::of<float>({1}, {1})}, {{"axis", Int{1}}})[0];
  expect_close(run_op("GroupNormalization", {x, one, zero}, {{"num_groups", Int{1}}})[0],
               flat.to_floats(), 2e-7F);
}

TEST(GroupNormalization, SymbolsAndRefusals) {
  const std::vector<SymShape> shapes = {{Dim::symbol("N"), 4, Dim::symbol("H")}, {4}, {4}};
  EXPECT_EQ(shape_text("GroupNormalization", shapes, {{"num_groups", Int{2}}}), "[N,4,H]");
  const auto fault = [](const Shape& s, const Shape& b, Attributes a) {
    return fault_of([&] {
      run_unchecked("GroupNormalization", {ramp({1, 4, 2}), ramp(s), ramp(b)}, a);
    });
  };
  EXPECT_EQ(fault({4}, {4}, {}), Fault::corrupt);
  EXPECT_EQ(fault({4}, {4}, {{"num_groups", Int{3}}}), Fault::corrupt);
  EXPECT_EQ(fault({4}, {4}, {{"num_groups", Int{0}}}), Fault::corrupt);
  EXPECT_EQ(fault({2}, {4}, {{"num_groups", Int{2}}}), Fault::corrupt);
  EXPECT_EQ(fault({4}, {1}, {{"num_groups", Int{2}}}), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              shape_text("GroupNormalization", {{1, 4, 2}, {2}, {4}}, {{"num_groups", Int{2}}});
            }),
            Fault::corrupt);
}

TEST(GroupNormalization, GradientMatchesCentralDifferences) {
  expect_gradient("GroupNormalization", {noise({2, 4, 3}), noise({4}, 2), noise({4}, 3)},
                  {{"num_groups", Int{2}}});
  expect_gradient("GroupNormalization", {noise({1, 4, 2, 2}), noise({4}, 2), noise({4}, 3)},
                  {{"num_groups", Int{1}}, {"epsilon", 0.1F}});
}

}  // namespace
}  // namespace pare
