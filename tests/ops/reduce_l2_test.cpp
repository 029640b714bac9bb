#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ReduceL2, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceL2",
                {{4.58257569F, 5.85234996F}, {3.16227766F, 5.38516481F, 4.03112887F}, 7.43303437F});
}

TEST(ReduceL2, GradientMatchesCentralDifferences) {
  expect_reduce_gradient("ReduceL2", noise({2, 3, 2}));
}

}  // namespace
}  // namespace pare
