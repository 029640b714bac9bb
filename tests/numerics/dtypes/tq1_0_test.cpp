#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Tq1, IsABlockFormat) { dtype_test::expect_block_format("tq1_0", 256, 54, 1.6875); }

TEST(Tq1, NanCountsAsZero) { dtype_test::expect_nan_is_zero("tq1_0"); }

/// Which byte and which trit of it hold a value.
struct Place {
  std::size_t byte;
  int trit;
};
Place place(std::size_t i) {
  if (i < 160) return {i % 32, static_cast<int>(i / 32)};
  if (i < 240) return {32 + (i - 160) % 16, static_cast<int>((i - 160) / 16)};
  return {48 + (i - 240) % 4, static_cast<int>((i - 240) / 4)};
}

TEST(Tq1, All243GroupsOfFiveTritsHaveTheirByte) {
  for (int code = 0; code < 243; ++code) {
    std::vector<float> x(256, 1.0F);  // so that amax is 1
    int rest = code;
    for (int trit = 4; trit >= 0; --trit) {
      x[static_cast<std::size_t>(32 * trit)] = static_cast<float>(rest % 3 - 1);
      rest /= 3;
    }
    const Bytes b = dtype_test::encode_all(format("tq1_0"), x);
    ASSERT_EQ(b[0], static_cast<int>(std::ceil(code * 256 / 243.0))) << code;
    ASSERT_EQ(dtype_test::decode_all(format("tq1_0"), b), x) << code;
  }
}

TEST(Tq1, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) {  // random trits in valid bytes
    for (std::size_t i = 0; i < 52; ++i) {
      b[i] = static_cast<std::uint8_t>((b[i] % 243 * 256 + 242) / 243);
    }
    b[53] = static_cast<std::uint8_t>(b[53] & 0xBFU);
  };
  dtype_test::expect_random_blocks("tq1_0", scale, [](const Bytes& b, std::size_t i) {
    const Place at = place(i);
    const int code = b[at.byte] * 243 / 256;  // undoes the ceil
    const int trit = code / static_cast<int>(std::pow(3, 4 - at.trit)) % 3;
    return dtype_test::half_at(b, 52) * (trit - 1);
  });
}

TEST(Tq1, KeepsTernaryWeights) {
  Rng rng(8);
  std::vector<float> x(2560);
  for (float& v : x) v = 0.375F * (static_cast<float>(rng.below(3)) - 1);
  EXPECT_EQ(dtype_test::round_trip(format("tq1_0"), x), x);
}

}  // namespace
}  // namespace pare
