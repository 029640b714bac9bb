#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Elu, ExponentialBelowZero) {
  expect_unary("Elu", {-2, -0.75F, 0, 0.5F, 3}, {-0.864664717F, -0.527633447F, 0, 0.5F, 3});
}

TEST(Elu, AttributesChangeTheCurve) {
  expect_unary("Elu", {-1, 2}, {-1.26424112F, 2}, {{"alpha", 2.0F}});
}

}  // namespace
}  // namespace pare
