#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Q3K, IsABlockFormat) { dtype_test::expect_block_format("q3_k", 256, 110, 3.4375); }

TEST(Q3K, NanCountsAsZero) { dtype_test::expect_nan_is_zero("q3_k"); }

TEST(Q3K, StaysBelowTheErrorLimitOfGgml) { dtype_test::expect_ggml_error_below("q3_k", 0.004); }

TEST(Q3K, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) { b[109] &= 0xBFU; };
  dtype_test::expect_random_blocks("q3_k", scale, [](const Bytes& b, std::size_t i) {
    // 6-bit scales, gathered bit by bit from where the layout puts them.
    const std::size_t part = i / 16;
    int s = part < 8 ? b[96 + part] % 16 : b[96 + part - 8] / 16;
    s += 16 * (b[104 + part % 4] / (1 << (2 * (part / 4))) % 4);
    const std::size_t n = i / 128;
    const std::size_t shift = i % 128 / 32;
    const int low = b[32 + 32 * n + i % 32] >> (2 * shift) & 3;
    const bool high = (b[i % 32] >> (4 * n + shift) & 1) != 0;
    return dtype_test::half_at(b, 108) * (s - 32) * (low - (high ? 0 : 4));
  });
}

TEST(Q3K, KeepsNumbersThatItCanHold) {
  std::vector<float> x;
  for (int i = 0; i < 256; ++i) {
    const int scale = i < 16 ? 32 : 1 + i / 16;
    x.push_back(-0.25F * static_cast<float>(scale * (i % 8 - 4)));
  }
  EXPECT_EQ(dtype_test::round_trip(format("q3_k"), x), x);
}

}  // namespace
}  // namespace pare
