#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ReduceLogSum, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceLogSum",
                {{1.94591015F, kNan}, {1.38629436F, kNan, 1.5040774F}, 1.70474809F});
}

TEST(ReduceLogSum, GradientMatchesCentralDifferences) {
  expect_reduce_gradient("ReduceLogSum", between({2, 3, 2}, 0.5F, 2));
}

}  // namespace
}  // namespace pare
