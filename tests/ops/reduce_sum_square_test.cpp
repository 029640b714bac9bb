#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(ReduceSumSquare, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceSumSquare", {{21, 34.25F}, {10, 29, 16.25F}, 55.25F});
}

}  // namespace
}  // namespace pare
