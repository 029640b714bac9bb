#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;
using dtype_test::half_at;

TEST(Q4_1, IsABlockFormat) { dtype_test::expect_block_format("q4_1", 32, 20, 5); }

TEST(Q4_1, NanCountsAsZero) { dtype_test::expect_nan_is_zero("q4_1"); }

TEST(Q4_1, StaysBelowTheErrorLimitOfGgml) { dtype_test::expect_ggml_error_below("q4_1", 0.002); }

TEST(Q4_1, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) {
    b[1] = static_cast<std::uint8_t>(b[1] & 0xBFU);
    b[3] = static_cast<std::uint8_t>(b[3] & 0xBFU);
  };
  dtype_test::expect_random_blocks("q4_1", scale, [](const Bytes& b, std::size_t i) {
    const int q = i < 16 ? b[4 + i] % 16 : b[4 + i - 16] / 16;
    return static_cast<float>(half_at(b, 0) * q) + half_at(b, 2);
  });
}

TEST(Q4_1, SpansTheBlockFromLeastToGreatest) {
  std::vector<float> x(32, 1.0F);
  x[5] = 2.0F;
  x[20] = -5.5F;  // d = 0.5, m = -5.5
  Bytes want(20, 0xDD);
  want[0] = 0x00;
  want[1] = 0x38;  // float16 0.5
  want[2] = 0x80;
  want[3] = 0xC5;  // float16 -5.5
  want[9] = 0xDF;
  want[8] = 0x0D;
  EXPECT_EQ(dtype_test::encode_all(format("q4_1"), x), want);
}

}  // namespace
}  // namespace pare
