#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(And, TruthTable) {
  expect_binary("And", column(true, false), row(true, false, true), {1, 0, 1, 0, 0, 0});
}

}  // namespace
}  // namespace pare
