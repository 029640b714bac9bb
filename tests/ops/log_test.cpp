#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Log, NaturalLogarithmAndMinusInfinityAtZero) {
  expect_unary("Log", {0.25F, 1, 2, 8, 0}, {-1.38629436F, 0, 0.693147181F, 2.07944154F, -kInf});
}

}  // namespace
}  // namespace pare
