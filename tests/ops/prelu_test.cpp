#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(PRelu, SlopeBelowZero) {
  expect_binary("PRelu", column<float>(7, -2), row<float>(2, 0.5F, -4), {7, 7, 7, -4, -1, 8});
}

}  // namespace
}  // namespace pare
