#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Q6K, IsABlockFormat) { dtype_test::expect_block_format("q6_k", 256, 210, 6.5625); }

TEST(Q6K, NanCountsAsZero) { dtype_test::expect_nan_is_zero("q6_k"); }

TEST(Q6K, StaysBelowTheErrorLimitOfGgml) { dtype_test::expect_ggml_error_below("q6_k", 0.002); }

TEST(Q6K, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) { b[209] &= 0xBFU; };
  dtype_test::expect_random_blocks("q6_k", scale, [](const Bytes& b, std::size_t i) {
    const std::size_t n = i / 128;
    const std::size_t l = i % 32;
    const int ql0 = b[64 * n + l];
    const int ql1 = b[64 * n + 32 + l];
    const int qh = b[128 + 32 * n + l];
    const std::array<int, 4> codes = {(ql0 & 15) | (qh & 3) << 4, (ql1 & 15) | (qh >> 2 & 3) << 4,
                                      ql0 >> 4 | (qh >> 4 & 3) << 4, ql1 >> 4 | (qh >> 6 & 3) << 4};
    const std::size_t k = i % 128 / 32;
    const int sc = b[192 + 8 * n + l / 16 + 2 * k];
    return dtype_test::half_at(b, 208) * (sc < 128 ? sc : sc - 256) * (codes[k] - 32);
  });
}

TEST(Q6K, KeepsNumbersThatItCanHold) {
  std::vector<float> x;
  for (int i = 0; i < 256; ++i) {  // parts see only 16 codes; each has -32 in it
    const int scale = i < 16 ? 128 : 3 + 7 * (i / 16);
    const int code = i % 16 == 0 ? -32 : (i * 37) % 64 - 32;
    x.push_back(-0.25F * static_cast<float>(scale * code));
  }
  EXPECT_EQ(dtype_test::round_trip(format("q6_k"), x), x);
}

}  // namespace
}  // namespace pare
