#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Xor, TruthTable) {
  expect_binary("Xor", column(true, false), row(true, false, true), {0, 1, 0, 1, 0, 1});
}

}  // namespace
}  // namespace pare
