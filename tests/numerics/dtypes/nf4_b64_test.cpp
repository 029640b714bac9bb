#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Nf4B64, IsABlockFormat) { dtype_test::expect_block_format("nf4_b64", 64, 36, 4.5); }

constexpr std::array<double, 16> kLevels = {-1,
                                            -0.6961928009986877,
                                            -0.5250730514526367,
                                            -0.39491748809814453,
                                            -0.28444138169288635,
                                            -0.18477343022823334,
                                            -0.09105003625154495,
                                            0,
                                            0.07958029955625534,
                                            0.16093020141124725,
                                            0.24611230194568634,
                                            0.33791524171829224,
                                            0.44070982933044434,
                                            0.5626170039176941,
                                            0.7229568362236023,
                                            1};

TEST(Nf4B64, NanCountsAsZero) { dtype_test::expect_nan_is_zero("nf4_b64"); }

TEST(Nf4B64, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) {  // 0.75 as float32
    b[0] = b[1] = 0x00;
    b[2] = 0x40;
    b[3] = 0x3F;
  };
  dtype_test::expect_random_blocks("nf4_b64", scale, [](const Bytes& b, std::size_t i) {
    const int code = i % 2 == 0 ? b[4 + i / 2] / 16 : b[4 + i / 2] % 16;
    return 0.75 * static_cast<float>(kLevels[static_cast<std::size_t>(code)]);
  });
}

TEST(Nf4B64, TakesTheNearestLevel) {
  std::vector<float> x = dtype_test::samples(0, 640);
  const std::vector<float> y = dtype_test::round_trip(format("nf4_b64"), x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    double amax = 0;
    for (std::size_t j = i / 64 * 64; j < i / 64 * 64 + 64; ++j) {
      amax = std::max(amax, std::abs(double{x[j]}));
    }
    double least = HUGE_VAL;
    for (const double level : kLevels) least = std::min(least, std::abs(x[i] - amax * level));
    ASSERT_NEAR(std::abs(double{x[i]} - double{y[i]}), least, 1e-6 * amax) << i;
  }
}

TEST(Nf4B64, KeepsTheExtremeExactly) {
  std::vector<float> x(64, 0.1F);
  x[9] = -3.14159F;
  EXPECT_EQ(dtype_test::round_trip(format("nf4_b64"), x)[9], -3.14159F);
}

}  // namespace
}  // namespace pare
