#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Or, TruthTable) {
  expect_binary("Or", column(true, false), row(true, false, true), {1, 1, 1, 1, 0, 1});
}

}  // namespace
}  // namespace pare
