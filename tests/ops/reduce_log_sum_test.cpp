#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(ReduceLogSum, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceLogSum",
                {{1.94591015F, kNan}, {1.38629436F, kNan, 1.5040774F}, 1.70474809F});
}

}  // namespace
}  // namespace pare
