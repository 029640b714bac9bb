#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;
using dtype_test::half_at;

TEST(Q5_1, IsABlockFormat) { dtype_test::expect_block_format("q5_1", 32, 24, 6); }

TEST(Q5_1, NanCountsAsZero) { dtype_test::expect_nan_is_zero("q5_1"); }

TEST(Q5_1, StaysBelowTheErrorLimitOfGgml) { dtype_test::expect_ggml_error_below("q5_1", 0.002); }

TEST(Q5_1, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) {
    b[1] = static_cast<std::uint8_t>(b[1] & 0xBFU);
    b[3] = static_cast<std::uint8_t>(b[3] & 0xBFU);
  };
  dtype_test::expect_random_blocks("q5_1", scale, [](const Bytes& b, std::size_t i) {
    const int low = i < 16 ? b[8 + i] % 16 : b[8 + i - 16] / 16;
    const int fifth = b[4 + i / 8] >> (i % 8) & 1;
    return static_cast<float>(half_at(b, 0) * (low + 16 * fifth)) + half_at(b, 2);
  });
}

TEST(Q5_1, SpansTheBlockFromLeastToGreatest) {
  std::vector<float> x(32, 0.0F);
  x[5] = 14.5F;
  x[20] = -1.0F;  // d = 0.5, m = -1; 0 is code 2
  Bytes want(24, 0x22);
  want[0] = 0x00;
  want[1] = 0x38;  // float16 0.5
  want[2] = 0x00;
  want[3] = 0xBC;  // float16 -1
  want[4] = 0x20;  // value 5 is code 31
  want[5] = want[6] = want[7] = 0x00;
  want[13] = 0x2F;
  want[12] = 0x02;
  EXPECT_EQ(dtype_test::encode_all(format("q5_1"), x), want);
}

}  // namespace
}  // namespace pare
