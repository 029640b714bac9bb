#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Mxfp4Ggml, DecodesThePublishedLayout) {
  block_test::expect_elements(
      "mxfp4_ggml", {120, 31, 4, 138, 132, 217, 13, 19, 52, 113, 142, 37, 44, 82, 120, 191, 247},
      {{0, -0.046875},
       {2, -0.0078125},
       {3, 0.015625},
       {4, -0.00390625},
       {5, -0.0234375},
       {6, 0.01171875},
       {8, 0.00390625},
       {11, -0.015625},
       {18, 0.0},
       {24, 0.046875},
       {28, 0.0234375},
       {30, -0.01171875}});
}

TEST(Mxfp4Ggml, KeepsToTheErrorOfItsReference) {
  block_test::expect_wave_error("mxfp4_ggml", 0.003);
}

TEST(Mxfp4Ggml, HasTheAccuracyOfTheTables) {
  block_test::expect_sqnr("mxfp4_ggml", 18.79, 18.43, 17.64);
}

TEST(Mxfp4Ggml, ZerosEdgesAndAnyBytes) { block_test::expect_edges("mxfp4_ggml", 4.25); }

}  // namespace
}  // namespace pare
