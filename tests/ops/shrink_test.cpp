#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Shrink, ZeroInTheMiddle) {
  expect_unary("Shrink", {-1, -0.5F, 0.25F, 0.5F, 1}, {-1, 0, 0, 0, 1});
}

TEST(Shrink, AttributesChangeTheCurve) {
  expect_unary("Shrink", {-2, 0.5F, 2}, {-1, 0, 1}, {{"bias", 1.0F}, {"lambd", 1.5F}});
}

}  // namespace
}  // namespace pare
