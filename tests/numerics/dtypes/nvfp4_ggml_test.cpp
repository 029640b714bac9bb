#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Nvfp4Ggml, IsABlockFormat) { dtype_test::expect_block_format("nvfp4_ggml", 64, 36, 4.5); }

TEST(Nvfp4Ggml, NanCountsAsZero) { dtype_test::expect_nan_is_zero("nvfp4_ggml"); }

TEST(Nvfp4Ggml, DecodesByItsDefinition) {
  const auto any = [](Bytes& /*b*/) {};
  dtype_test::expect_random_blocks("nvfp4_ggml", any, [](const Bytes& b, std::size_t i) {
    const unsigned code = b[i / 16] % 128;
    const double scale = code == 127 ? 0 : dtype_test::e4m3_value(code);
    const std::size_t j = i % 16;
    const int q = b[4 + i / 16 * 8 + j % 8] >> (j / 8 * 4) & 15;
    return scale * dtype_test::e2m1_value(static_cast<unsigned>(q));
  });
}

TEST(Nvfp4Ggml, HoldsTheCodesOfNvfp4InAnotherOrder) {
  const std::vector<float> x = dtype_test::samples(8, 6400);
  EXPECT_EQ(dtype_test::round_trip(format("nvfp4"), x),
            dtype_test::round_trip(format("nvfp4_ggml"), x));
}

}  // namespace
}  // namespace pare
