#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(ReduceL2, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceL2",
                {{4.58257569F, 5.85234996F}, {3.16227766F, 5.38516481F, 4.03112887F}, 7.43303437F});
}

}  // namespace
}  // namespace pare
