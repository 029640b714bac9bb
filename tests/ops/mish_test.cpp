#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Mish, XTimesTanhOfSoftplus) {
  expect_unary("Mish", {-2, -0.75F, 0, 0.5F, 3},
               {-0.252501483F, -0.276494715F, 0, 0.375245211F, 2.986535F});
}

}  // namespace
}  // namespace pare
