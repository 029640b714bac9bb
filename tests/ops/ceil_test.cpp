#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Ceil, TowardsPlusInfinity) {
  expect_unary("Ceil", {-1.5F, -1, -0.25F, 0.75F, 2}, {-1, -1, 0, 1, 2});
}

}  // namespace
}  // namespace pare
