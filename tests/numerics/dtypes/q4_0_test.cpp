#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;
using dtype_test::half_at;

TEST(Q4_0, IsABlockFormat) { dtype_test::expect_block_format("q4_0", 32, 18, 4.5); }

TEST(Q4_0, NanCountsAsZero) { dtype_test::expect_nan_is_zero("q4_0"); }

TEST(Q4_0, StaysBelowTheErrorLimitOfGgml) { dtype_test::expect_ggml_error_below("q4_0", 0.002); }

TEST(Q4_0, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) { b[1] = static_cast<std::uint8_t>(b[1] & 0xBFU); };
  dtype_test::expect_random_blocks("q4_0", scale, [](const Bytes& b, std::size_t i) {
    const int q = i < 16 ? b[2 + i] % 16 : b[2 + i - 16] / 16;
    return half_at(b, 0) * (q - 8);
  });
}

TEST(Q4_0, PutsTheSignedExtremeOnMinusEight) {
  std::vector<float> x(32, 0.0F);
  x[0] = 4.0F;    // d = -0.5
  x[1] = -3.5F;   // code 15
  x[16] = 0.25F;  // half a step: -0.5 + 8.5 = 8, so it rounds up to code 8
  x[17] = -0.25F;
  Bytes want(18, 0x88);
  want[0] = 0x00;
  want[1] = 0xB8;  // float16 -0.5
  want[2] = 0x80;
  want[3] = 0x9F;
  EXPECT_EQ(dtype_test::encode_all(format("q4_0"), x), want);
}

}  // namespace
}  // namespace pare
