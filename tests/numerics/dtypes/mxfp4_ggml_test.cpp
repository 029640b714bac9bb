#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Mxfp4Ggml, IsABlockFormat) { dtype_test::expect_block_format("mxfp4_ggml", 32, 17, 4.25); }

TEST(Mxfp4Ggml, NanCountsAsZero) { dtype_test::expect_nan_is_zero("mxfp4_ggml"); }

TEST(Mxfp4Ggml, DecodesByItsDefinition) {
  constexpr std::array<int, 16> kDoubled = {0, 1,  2,  3,  4,  6,  8,  12,
                                            0, -1, -2, -3, -4, -6, -8, -12};
  const auto any = [](Bytes& b) { b[0] = static_cast<std::uint8_t>(b[0] % 253); };
  dtype_test::expect_random_blocks("mxfp4_ggml", any, [&](const Bytes& b, std::size_t i) {
    const int q = i < 16 ? b[1 + i] % 16 : b[1 + i - 16] / 16;
    return std::ldexp(kDoubled[static_cast<std::size_t>(q)], b[0] - 128);
  });
}

TEST(Mxfp4Ggml, TheLastScaleIsAPowerOfTwoAndNoNan) {
  Bytes block(17, 0x11);  // elements 0.5
  block[0] = 0xFF;
  for (const float v : dtype_test::decode_all(format("mxfp4_ggml"), block)) EXPECT_EQ(v, 0x1p127F);
}

TEST(Mxfp4Ggml, HoldsTheCodesOfMxfp4InAnotherOrder) {
  const std::vector<float> x = dtype_test::samples(4, 3200);
  const Bytes contiguous = dtype_test::encode_all(format("mxfp4"), x);
  const Bytes ggml = dtype_test::encode_all(format("mxfp4_ggml"), x);
  for (std::size_t b = 0; b < contiguous.size(); b += 17) {
    ASSERT_EQ(contiguous[b], ggml[b]);
    for (std::size_t i = 0; i < 32; ++i) {
      const int plain = contiguous[b + 1 + i / 2] >> (i % 2 * 4) & 15;
      ASSERT_EQ(plain, ggml[b + 1 + i % 16] >> (i / 16 * 4) & 15);
    }
  }
}

}  // namespace
}  // namespace pare
