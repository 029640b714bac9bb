#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Softsign, XOverOnePlusItsSize) {
  expect_unary("Softsign", {-2, -0.75F, 0, 0.5F, 3},
               {-0.666666667F, -0.428571429F, 0, 0.333333333F, 0.75F});
}

}  // namespace
}  // namespace pare
