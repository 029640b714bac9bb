#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Reciprocal, OneOverX) {
  expect_unary("Reciprocal", {-2, 0.5F, 4, 0.125F}, {-0.5F, 2, 0.25F, 8});
}

}  // namespace
}  // namespace pare
