#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Iq4Xs, IsABlockFormat) { dtype_test::expect_block_format("iq4_xs", 256, 136, 4.25); }

TEST(Iq4Xs, NanCountsAsZero) { dtype_test::expect_nan_is_zero("iq4_xs"); }

TEST(Iq4Xs, StaysBelowTheErrorLimitOfGgml) { dtype_test::expect_ggml_error_below("iq4_xs", 0.002); }

constexpr std::array<int, 16> kLevels = {-127, -104, -83, -65, -49, -35, -22, -10,
                                         1,    13,   25,  38,  53,  69,  89,  113};

TEST(Iq4Xs, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) { b[1] &= 0xBFU; };
  dtype_test::expect_random_blocks("iq4_xs", scale, [](const Bytes& b, std::size_t i) {
    const std::size_t part = i / 32;
    const int high = (b[2] + 256 * b[3]) >> (2 * part) & 3;
    const int low = part % 2 == 0 ? b[4 + part / 2] % 16 : b[4 + part / 2] / 16;
    const std::size_t l = i % 32;
    const int q = l < 16 ? b[8 + 16 * part + l] % 16 : b[8 + 16 * part + l - 16] / 16;
    return dtype_test::half_at(b, 0) * (16 * high + low - 32) *
           kLevels[static_cast<std::size_t>(q)];
  });
}

TEST(Iq4Xs, KeepsNumbersThatItCanHold) {
  std::vector<float> x;
  for (int i = 0; i < 256; ++i) {
    const int scale = i < 32 ? -32 : 4 * (i / 32) - 16 + (i / 32 == 4 ? 1 : 0);
    x.push_back(0.25F * static_cast<float>(scale * kLevels[std::size_t(i % 16)]));
  }
  EXPECT_EQ(dtype_test::round_trip(format("iq4_xs"), x), x);
}

}  // namespace
}  // namespace pare
