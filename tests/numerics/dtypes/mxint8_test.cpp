#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(MxInt8, IsABlockFormat) { dtype_test::expect_block_format("mxint8", 32, 33, 8.25); }

TEST(MxInt8, NanFillsItsBlock) { dtype_test::expect_nan_fills_block("mxint8"); }

constexpr unsigned kCodes = 256;
double value(unsigned code) {
  const double whole = code;
  return (code < 128 ? whole : whole - 256) / 64;
}
double element(const Bytes& b, std::size_t i) { return value(b[1 + i]); }

TEST(MxInt8, DecodesByItsDefinition) {
  const auto fix = [](Bytes& b) { b[0] = static_cast<std::uint8_t>(b[0] % 200 + 20); };
  dtype_test::expect_random_blocks("mxint8", fix, [](const Bytes& b, std::size_t i) {
    return dtype_test::e8m0_value(b[0]) * element(b, i);
  });
}

TEST(MxInt8, TheScaleIsThePowerOfTwoBelowTheGreatestOverTheElementsExponent) {
  for (int power = -126; power <= 127; ++power) {
    for (const float factor : {1.0F, 1.5F, 0x1.FFFFFEp0F}) {
      std::vector<float> x(32, 0.0F);
      x[7] = -std::ldexp(factor, power);
      const int want = std::max(power - (0) + 127, 0);
      ASSERT_EQ(dtype_test::encode_all(format("mxint8"), x)[0], want) << power << " " << factor;
    }
  }
}

TEST(MxInt8, ZerosAndSubnormalsUseTheLeastScaleAndNanTheLastCode) {
  std::vector<float> x(32, 0.0F);
  EXPECT_EQ(dtype_test::encode_all(format("mxint8"), x), Bytes(33, 0));
  x[0] = 1e-45F;
  EXPECT_EQ(dtype_test::encode_all(format("mxint8"), x)[0], 0);
  x[0] = std::nanf("");
  EXPECT_EQ(dtype_test::encode_all(format("mxint8"), x)[0], 0xFF);
  Bytes nan(33, 0);
  nan[0] = 0xFF;
  for (const float v : dtype_test::decode_all(format("mxint8"), nan)) EXPECT_TRUE(std::isnan(v));
}

TEST(MxInt8, SaturatesAboveTheGreatestElement) {
  std::vector<float> x(32, 0.0F);
  x[0] = 0x1.FFFFFEp3F;
  x[1] = -0x1.FFFFFEp3F;
  const auto y = dtype_test::round_trip(format("mxint8"), x);
  EXPECT_EQ(y[0], 15.875F);
  EXPECT_EQ(y[1], -15.875F);
}

TEST(MxInt8, ElementsGoToTheNearestValue) {
  const DtypeInfo& info = format("mxint8");
  Rng rng(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<float> x(32);
    for (float& v : x) v = std::ldexp(rng.normal(), static_cast<int>(rng.below(8)));
    const Bytes coded = dtype_test::encode_all(info, x);
    const auto y = dtype_test::decode_all(info, coded);
    const double scale = dtype_test::e8m0_value(coded[0]);
    for (std::size_t i = 0; i < x.size(); ++i) {
      double least = HUGE_VAL;
      for (unsigned code = 0; code < kCodes; ++code) {
        if (code == 128) continue;  // -2 is never written
        const double q = scale * value(code);
        if (std::isfinite(q)) least = std::min(least, std::abs(x[i] - q));
      }
      ASSERT_EQ(std::abs(double{x[i]} - y[i]), least) << x[i];
    }
  }
}

}  // namespace
}  // namespace pare
