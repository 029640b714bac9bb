#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Q2K, IsABlockFormat) { dtype_test::expect_block_format("q2_k", 256, 84, 2.625); }

TEST(Q2K, NanCountsAsZero) { dtype_test::expect_nan_is_zero("q2_k"); }

TEST(Q2K, StaysBelowTheErrorLimitOfGgml) { dtype_test::expect_ggml_error_below("q2_k", 0.0075); }

/// The order in which a reader that walks through the bytes meets the values.
TEST(Q2K, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) { b[81] &= 0xBFU, b[83] &= 0xBFU; };
  dtype_test::expect_random_blocks("q2_k", scale, [](const Bytes& b, std::size_t i) {
    std::array<int, 256> codes{};
    std::size_t next = 0;
    for (std::size_t half = 0; half < 2; ++half) {
      for (int shift = 0; shift < 8; shift += 2) {
        for (std::size_t l = 0; l < 32; ++l) codes[next++] = b[16 + 32 * half + l] >> shift & 3;
      }
    }
    return dtype_test::half_at(b, 80) * (b[i / 16] % 16) * codes[i] -
           dtype_test::half_at(b, 82) * (b[i / 16] / 16);
  });
}

TEST(Q2K, KeepsNumbersThatItCanHold) {
  std::vector<float> x;
  for (int i = 0; i < 256; ++i) {  // parts with scale 1 ... 15, minimum 15 ... 1, and codes 0 ... 3
    const int sc = i < 16 ? 15 : i / 16;
    const int mn = i < 16 ? 15 : 16 - i / 16;
    x.push_back(0.25F * static_cast<float>(sc * (i % 4)) - 0.125F * static_cast<float>(mn));
  }
  EXPECT_EQ(dtype_test::round_trip(format("q2_k"), x), x);
}

}  // namespace
}  // namespace pare
