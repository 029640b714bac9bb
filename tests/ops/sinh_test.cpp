#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Sinh, HyperbolicSine) {
  expect_unary("Sinh", {-2, -0.75F, 0, 0.5F, 3},
               {-3.62686041F, -0.822316732F, 0, 0.521095305F, 10.0178749F});
}

}  // namespace
}  // namespace pare
