#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Mod, SignOfTheDivisorOrOfTheDividend) {
  const Tensor a = column<std::int32_t>(7, -7);
  const Tensor b = row<std::int32_t>(3, -3, 5);
  expect_binary("Mod", a, b, {1, -2, 2, 2, -1, 3});
  expect_binary("Mod", a, b, {1, 1, 2, -1, -1, -2}, {{"fmod", std::int64_t{1}}});
  expect_binary("Mod", column<float>(7.5F, -7.5F), row<float>(2, -2, 4),
                {1.5F, 1.5F, 3.5F, -1.5F, -1.5F, -3.5F}, {{"fmod", std::int64_t{1}}});
}

TEST(Mod, IntegerZeroIsCorrupt) {
  const Tensor one = Tensor::of<std::int32_t>({1}, {1});
  EXPECT_EQ(fault_of([&] {
              run_op("Mod", {one, Tensor::of<std::int32_t>({1}, {0})});
            }),
            Fault::corrupt);
}

TEST(Mod, GradientMatchesCentralDifferences) {
  expect_gradient("Mod", {between({2, 3}, -5, 5), between({3}, 0.7F, 2)}, {{"fmod", Int{1}}});
  expect_gradient("Mod", {between({2, 3}, -5, 5), between({3}, 0.7F, 2)});
}

}  // namespace
}  // namespace pare
