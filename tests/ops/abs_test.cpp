#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Abs, DropsTheSign) { expect_unary("Abs", {-2.5F, -1, 0, 3}, {2.5F, 1, 0, 3}); }

TEST(Abs, LargeIntegersStayExact) {
  const Tensor x = Tensor::of<std::int64_t>({2}, {-9007199254740993, 7});
  EXPECT_EQ(run_op("Abs", {x})[0].to_ints(), (Shape{9007199254740993, 7}));
}

TEST(Abs, GradientMatchesCentralDifferences) { expect_gradient("Abs", {noise({2, 3})}); }

}  // namespace
}  // namespace pare
