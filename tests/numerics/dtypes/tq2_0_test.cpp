#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Tq2, IsABlockFormat) { dtype_test::expect_block_format("tq2_0", 256, 66, 2.0625); }

TEST(Tq2, NanCountsAsZero) { dtype_test::expect_nan_is_zero("tq2_0"); }

TEST(Tq2, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) { b[65] = static_cast<std::uint8_t>(b[65] & 0xBFU); };
  dtype_test::expect_random_blocks("tq2_0", scale, [](const Bytes& b, std::size_t i) {
    const int code = b[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3;
    return dtype_test::half_at(b, 64) * (code - 1);
  });
}

TEST(Tq2, HoldsTheSameNumbersAsTq1) {
  const std::vector<float> x = dtype_test::samples(0, 2560);
  EXPECT_EQ(dtype_test::round_trip(format("tq1_0"), x), dtype_test::round_trip(format("tq2_0"), x));
}

TEST(Tq2, KeepsTernaryWeights) {
  Rng rng(9);
  std::vector<float> x(2560);
  for (float& v : x) v = 0.375F * (static_cast<float>(rng.below(3)) - 1);
  EXPECT_EQ(dtype_test::round_trip(format("tq2_0"), x), x);
}

}  // namespace
}  // namespace pare
