#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(BitwiseAnd, BitByBitInTwosComplement) {
  expect_binary("BitwiseAnd", column<std::int32_t>(12, -1), row<std::int32_t>(10, 3, -2),
                {8, 0, 12, 10, 3, -2});
}

}  // namespace
}  // namespace pare
