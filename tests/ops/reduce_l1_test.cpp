#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(ReduceL1, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceL1", {{7, 8.5F}, {4, 7, 4.5F}, 15.5F});
}

}  // namespace
}  // namespace pare
