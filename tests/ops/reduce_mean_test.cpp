#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ReduceMean, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceMean", {{2.33333333F, -0.5F}, {2, -1.5F, 2.25F}, 0.916666667F});
}

TEST(ReduceMean, GradientMatchesCentralDifferences) {
  expect_reduce_gradient("ReduceMean", noise({2, 3, 2}));
}

}  // namespace
}  // namespace pare
