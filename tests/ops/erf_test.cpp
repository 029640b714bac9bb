#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Erf, ErrorFunction) {
  expect_unary("Erf", {-2, -0.75F, 0, 0.5F, 3},
               {-0.995322265F, -0.711155634F, 0, 0.520499878F, 0.99997791F});
}

}  // namespace
}  // namespace pare
