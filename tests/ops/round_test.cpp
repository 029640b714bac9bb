#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Round, HalvesGoToTheEvenNeighbour) {
  expect_unary("Round", {-2.5F, -1.5F, -0.5F, 0.5F, 1.5F, 2.5F, 2.75F}, {-2, -2, 0, 0, 2, 2, 3});
}

}  // namespace
}  // namespace pare
