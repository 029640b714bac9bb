#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(BitwiseXor, BitByBitInTwosComplement) {
  expect_binary("BitwiseXor", column<std::int32_t>(12, -1), row<std::int32_t>(10, 3, -2),
                {6, 15, -14, -11, -4, 1});
}

}  // namespace
}  // namespace pare
