#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;
using dtype_test::half_at;

TEST(Q8_0, IsABlockFormat) { dtype_test::expect_block_format("q8_0", 32, 34, 8.5); }

TEST(Q8_0, NanCountsAsZero) { dtype_test::expect_nan_is_zero("q8_0"); }

TEST(Q8_0, StaysBelowTheErrorLimitOfGgml) { dtype_test::expect_ggml_error_below("q8_0", 0.002); }

TEST(Q8_0, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) { b[1] = static_cast<std::uint8_t>(b[1] & 0xBFU); };
  dtype_test::expect_random_blocks("q8_0", scale, [](const Bytes& b, std::size_t i) {
    return half_at(b, 0) * (b[2 + i] < 128 ? b[2 + i] : b[2 + i] - 256);
  });
}

TEST(Q8_0, RoundsHalfAwayFromZero) {
  std::vector<float> x(32, 0.0F);
  x[0] = 63.5F;  // d = 0.5
  x[1] = 0.25F;
  x[2] = -0.25F;
  x[31] = -63.5F;
  Bytes want(34, 0x00);
  want[1] = 0x38;  // float16 0.5
  want[2] = 0x7F;
  want[3] = 0x01;
  want[4] = 0xFF;
  want[33] = 0x81;
  EXPECT_EQ(dtype_test::encode_all(format("q8_0"), x), want);
}

}  // namespace
}  // namespace pare
