#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Cosh, HyperbolicCosine) {
  expect_unary("Cosh", {-2, -0.75F, 0, 0.5F, 3},
               {3.76219569F, 1.29468328F, 1, 1.12762597F, 10.067662F});
}

}  // namespace
}  // namespace pare
