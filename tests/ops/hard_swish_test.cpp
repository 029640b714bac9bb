#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(HardSwish, ZeroBelowMinusThreeAndXAboveThree) {
  expect_unary("HardSwish", {-4, -3, -1, 0, 1, 3, 5}, {0, 0, -0.333333333F, 0, 0.666666667F, 3, 5});
}

}  // namespace
}  // namespace pare
