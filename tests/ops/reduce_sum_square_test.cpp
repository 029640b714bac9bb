#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ReduceSumSquare, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceSumSquare", {{21, 34.25F}, {10, 29, 16.25F}, 55.25F});
}

TEST(ReduceSumSquare, GradientMatchesCentralDifferences) {
  expect_reduce_gradient("ReduceSumSquare", noise({2, 3, 2}));
}

}  // namespace
}  // namespace pare
