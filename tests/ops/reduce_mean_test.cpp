#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(ReduceMean, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceMean", {{2.33333333F, -0.5F}, {2, -1.5F, 2.25F}, 0.916666667F});
}

}  // namespace
}  // namespace pare
