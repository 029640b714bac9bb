#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ReduceL1, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceL1", {{7, 8.5F}, {4, 7, 4.5F}, 15.5F});
}

TEST(ReduceL1, GradientMatchesCentralDifferences) {
  expect_reduce_gradient("ReduceL1", noise({2, 3, 2}));
}

}  // namespace
}  // namespace pare
