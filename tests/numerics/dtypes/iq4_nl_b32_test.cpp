#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

using dtype_test::Bytes;
using dtype_test::format;

TEST(Iq4NlB32, IsABlockFormat) { dtype_test::expect_block_format("iq4_nl_b32", 32, 18, 4.5); }

constexpr std::array<int, 16> kLevels = {-127, -104, -83, -65, -49, -35, -22, -10,
                                         1,    13,   25,  38,  53,  69,  89,  113};

TEST(Iq4NlB32, NanCountsAsZero) { dtype_test::expect_nan_is_zero("iq4_nl_b32"); }

TEST(Iq4NlB32, StaysBelowTheErrorLimitOfGgml) {
  dtype_test::expect_ggml_error_below("iq4_nl_b32", 0.002);
}

TEST(Iq4NlB32, DecodesByItsDefinition) {
  const auto scale = [](Bytes& b) { b[1] &= 0xBFU; };
  dtype_test::expect_random_blocks("iq4_nl_b32", scale, [](const Bytes& b, std::size_t i) {
    const int q = i < 16 ? b[2 + i] % 16 : b[2 + i - 16] / 16;
    return dtype_test::half_at(b, 0) * kLevels[static_cast<std::size_t>(q)];
  });
}

TEST(Iq4NlB32, KeepsNumbersThatItCanHold) {
  for (const float step : {0.5F, -0.5F}) {
    std::vector<float> x;
    for (int i = 0; i < 32; ++i)
      x.push_back(step * static_cast<float>(kLevels[std::size_t(i % 16)]));
    EXPECT_EQ(dtype_test::round_trip(format("iq4_nl_b32"), x), x);
  }
}

}  // namespace
}  // namespace pare
