#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Nvfp4Ggml, DecodesThePublishedLayout) {
  block_test::expect_elements(
      "nvfp4_ggml",
      {59,  1,  80,  34,  61, 229, 109, 227, 217, 132, 199, 77, 188, 78,  166, 148, 94,  218,
       189, 49, 236, 165, 40, 42,  221, 248, 237, 153, 4,   38, 158, 109, 41,  155, 253, 167},
      {{2, -4.125},
       {5, 2.75},
       {13, 0.0},
       {24, -0.0029296875},
       {26, -0.001953125},
       {28, 0.005859375},
       {33, 24.0},
       {34, 0.0},
       {43, 8.0},
       {50, -0.625},
       {52, -0.078125},
       {58, -0.078125}});
}

TEST(Nvfp4Ggml, KeepsToTheErrorOfItsReference) {
  block_test::expect_wave_error("nvfp4_ggml", 0.003);
}

TEST(Nvfp4Ggml, ZerosEdgesAndAnyBytes) { block_test::expect_edges("nvfp4_ggml", 4.5); }

}  // namespace
}  // namespace pare
