#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Acosh, Inverse) {
  expect_unary("Acosh", {1, 1.5F, 2, 4, 16},
               {0, 0.96242365F, 1.3169579F, 2.06343707F, 3.46475791F});
}

}  // namespace
}  // namespace pare
