#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Sqrt, RootsAndNanBelowZero) {
  expect_unary("Sqrt", {0, 0.25F, 2, 9, -1}, {0, 0.5F, 1.41421356F, 3, kNan});
}

}  // namespace
}  // namespace pare
