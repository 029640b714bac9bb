#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(BitwiseOr, BitByBitInTwosComplement) {
  expect_binary("BitwiseOr", column<std::int32_t>(12, -1), row<std::int32_t>(10, 3, -2),
                {14, 15, -2, -1, -1, -1});
}

}  // namespace
}  // namespace pare
