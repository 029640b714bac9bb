#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Q5K, IsABlockFormat) { dtype_test::expect_block_format("q5_k", 256, 176, 5.5); }

TEST(Q5K, NanCountsAsZero) { dtype_test::expect_nan_is_zero("q5_k"); }

TEST(Q5K, StaysBelowTheErrorLimitOfGgml) { dtype_test::expect_ggml_error_below("q5_k", 0.002); }

/// The 6-bit scale and minimum of part j, as the layout words them.
struct Part {
  int scale;
  int minimum;
};
Part part(const Bytes& b, std::size_t j) {
  const std::uint8_t* s = b.data() + 4;
  if (j < 4) return {s[j] & 63, s[j + 4] & 63};
  return {(s[j + 4] & 15) | (s[j - 4] >> 6 << 4), (s[j + 4] >> 4) | (s[j] >> 6 << 4)};
}

TEST(Q5K, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) { b[1] &= 0xBFU, b[3] &= 0xBFU; };
  dtype_test::expect_random_blocks("q5_k", scale, [](const Bytes& b, std::size_t i) {
    const Part p = part(b, i / 32);
    const std::size_t group = i / 64;
    const std::size_t l = i % 32;
    const bool second = i % 64 >= 32;
    const int byte = b[48 + 32 * group + l];
    const int fifth = b[16 + l] >> (2 * group + (second ? 1 : 0)) & 1;
    const int q = (second ? byte / 16 : byte % 16) + 16 * fifth;
    return dtype_test::half_at(b, 0) * p.scale * q - dtype_test::half_at(b, 2) * p.minimum;
  });
}

TEST(Q5K, KeepsNumbersThatItCanHold) {
  std::vector<float> x;
  for (int i = 0; i < 256; ++i) {
    const int sc = i < 32 ? 63 : 5 + 7 * (i / 32);
    const int mn = i < 32 ? 63 : 60 - 7 * (i / 32);
    x.push_back(0.25F * static_cast<float>(sc * (i % 32)) - 0.125F * static_cast<float>(mn));
  }
  EXPECT_EQ(dtype_test::round_trip(format("q5_k"), x), x);
}

}  // namespace
}  // namespace pare
