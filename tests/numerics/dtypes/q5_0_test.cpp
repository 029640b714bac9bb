#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;
using dtype_test::half_at;

TEST(Q5_0, IsABlockFormat) { dtype_test::expect_block_format("q5_0", 32, 22, 5.5); }

TEST(Q5_0, NanCountsAsZero) { dtype_test::expect_nan_is_zero("q5_0"); }

TEST(Q5_0, StaysBelowTheErrorLimitOfGgml) { dtype_test::expect_ggml_error_below("q5_0", 0.002); }

TEST(Q5_0, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) { b[1] = static_cast<std::uint8_t>(b[1] & 0xBFU); };
  dtype_test::expect_random_blocks("q5_0", scale, [](const Bytes& b, std::size_t i) {
    const int low = i < 16 ? b[6 + i] % 16 : b[6 + i - 16] / 16;
    const int fifth = b[2 + i / 8] >> (i % 8) & 1;
    return half_at(b, 0) * (low + 16 * fifth - 16);
  });
}

TEST(Q5_0, PutsTheSignedExtremeOnMinusSixteen) {
  std::vector<float> x(32, 0.0F);
  x[0] = 8.0F;    // d = -0.5, code 0
  x[31] = -7.5F;  // code 31
  Bytes want(22, 0x00);
  want[1] = 0xB8;  // float16 -0.5
  want[2] = 0xFE;  // all fifth bits but that of value 0
  want[3] = want[4] = want[5] = 0xFF;
  want[21] = 0xF0;
  EXPECT_EQ(dtype_test::encode_all(format("q5_0"), x), want);
}

}  // namespace
}  // namespace pare
