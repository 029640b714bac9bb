#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Floor, TowardsMinusInfinity) {
  expect_unary("Floor", {-1.5F, -1, -0.25F, 0.75F, 2}, {-2, -1, -1, 0, 2});
}

}  // namespace
}  // namespace pare
