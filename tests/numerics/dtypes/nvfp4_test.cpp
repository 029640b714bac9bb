#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Nvfp4, IsABlockFormat) { dtype_test::expect_block_format("nvfp4", 16, 9, 4.5); }

TEST(Nvfp4, NanCountsAsZero) { dtype_test::expect_nan_is_zero("nvfp4"); }

TEST(Nvfp4, DecodesByItsDefinition) {
  const auto any = [](Bytes& /*b*/) {};
  dtype_test::expect_random_blocks("nvfp4", any, [](const Bytes& b, std::size_t i) {
    return dtype_test::e4m3_value(b[0]) * dtype_test::e2m1_value(b[1 + i / 2] >> (i % 2 * 4) & 15U);
  });
}

TEST(Nvfp4, ElementsAreFoundWithTheRoundedScale) {
  std::vector<float> x(16, 0.0F);
  x[0] = 6.3F;    // 6.3 / 6 = 1.05 rounds to the E4M3 number 1
  x[1] = -2.55F;  // -2.55 / 1 is nearer to -3; -2.55 / 1.05 = -2.43 were nearer to -2
  Bytes want(9, 0);
  want[0] = 0x38;
  want[1] = 0xD7;
  EXPECT_EQ(dtype_test::encode_all(format("nvfp4"), x), want);
}

TEST(Nvfp4, AZeroBlockHasScaleOneAndSmallOnesTheLeastScale) {
  std::vector<float> x(16, 0.0F);
  EXPECT_EQ(dtype_test::encode_all(format("nvfp4"), x)[0], 0x38);
  x[3] = 1e-30F;
  EXPECT_EQ(dtype_test::encode_all(format("nvfp4"), x)[0], 0x01);
  x[3] = -1e30F;
  EXPECT_EQ(dtype_test::encode_all(format("nvfp4"), x)[0], 0x7E);
}

}  // namespace
}  // namespace pare
