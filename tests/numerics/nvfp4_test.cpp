#include "numerics/nvfp4.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/rng.hpp"

namespace pare {
namespace {

TEST(Nvfp4TensorScale, PutsTheGreatestBlockScaleOn448Or256) {
  EXPECT_EQ(nvfp4_tensor_scale(6 * 448.0F), 1.0F);
  EXPECT_EQ(nvfp4_tensor_scale(6 * 256.0F, Nvfp4Scale::four_or_six), 1.0F);
  EXPECT_FLOAT_EQ(nvfp4_tensor_scale(1.0F), 1.0F / 2688);
  for (const float none : {0.0F, 1e-45F, HUGE_VALF, std::nanf("")}) {
    EXPECT_EQ(nvfp4_tensor_scale(none), 1.0F);
  }
}

TEST(Nvfp4, TheTensorScaleMultipliesWhatBlocksHold) {
  std::vector<float> x(20, 0.0F);
  x[0] = 12.0F;
  x[1] = -2.0F;
  x[17] = 1.0F;
  std::vector<std::byte> coded(18);
  encode_nvfp4(x, 2.0F, Nvfp4Scale::six, coded);
  // Block 1: x / 2 has amax 6, so scale 1 and elements 6 and -1. Block 2: amax 1/2, 1/12 rounds to
  // the E4M3 number 0.0859375 (0x1B = 1.375 * 2^-4), element 6.
  const std::vector<unsigned> want = {0x38, 0xA7, 0, 0, 0, 0, 0, 0, 0,
                                      0x1B, 0x70, 0, 0, 0, 0, 0, 0, 0};
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(std::to_integer<unsigned>(coded[i]), want[i]) << i;
  }
  std::vector<float> y(20);
  decode_nvfp4(coded, 2.0F, y);
  EXPECT_EQ(y[0], 12.0F);
  EXPECT_EQ(y[1], -2.0F);
  EXPECT_EQ(y[17], 2.0F * 6 * 0.0859375F);
  EXPECT_EQ(y[19], 0.0F);
}

TEST(Nvfp4, FourIsTakenWhereItIsBetterAndNeverWhereItIsWorse) {
  // 4, 3 and 2 times 1: exact with 4 on top; with 6 on top 3 becomes 4.5 / 6 of the top.
  std::vector<float> x(16, 0.0F);
  x[0] = 4;
  x[1] = 3;
  x[2] = 2;
  std::vector<std::byte> coded(9);
  std::vector<float> y(16);
  encode_nvfp4(x, 1.0F, Nvfp4Scale::four_or_six, coded);
  decode_nvfp4(coded, 1.0F, y);
  EXPECT_EQ(y, x);
  encode_nvfp4(x, 1.0F, Nvfp4Scale::six, coded);
  decode_nvfp4(coded, 1.0F, y);
  EXPECT_NE(y, x);

  Rng rng(4);
  int fours = 0;
  for (int round = 0; round < 500; ++round) {
    for (float& v : x) v = 100 * rng.normal();
    double errors[2] = {0, 0};
    std::vector<std::byte> blocks[2];
    for (const Nvfp4Scale rule : {Nvfp4Scale::six, Nvfp4Scale::four_or_six}) {
      const auto at = static_cast<std::size_t>(rule);
      encode_nvfp4(x, 1.0F, rule, coded);
      decode_nvfp4(coded, 1.0F, y);
      for (std::size_t i = 0; i < x.size(); ++i) errors[at] += std::pow(double{x[i] - y[i]}, 2);
      blocks[at] = coded;
    }
    EXPECT_LE(errors[1], errors[0]);
    fours += blocks[0] != blocks[1] ? 1 : 0;
  }
  EXPECT_GT(fours, 50);
  EXPECT_LT(fours, 450);
}

}  // namespace
}  // namespace pare
