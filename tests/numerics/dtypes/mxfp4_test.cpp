#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Mxfp4, DecodesThePublishedLayout) {
  block_test::expect_elements(
      "mxfp4", {124, 39, 49, 167, 200, 239, 218, 181, 220, 107, 191, 6, 20, 102, 92, 208, 232},
      {{2, 0.0625},
       {3, 0.1875},
       {5, -0.125},
       {6, 0.0},
       {7, -0.25},
       {10, -0.125},
       {11, -0.375},
       {15, -0.375},
       {18, -0.75},
       {19, -0.1875},
       {22, 0.25},
       {28, 0.0}});
}

TEST(Mxfp4, KeepsToTheErrorOfItsReference) { block_test::expect_wave_error("mxfp4", 0.003); }

TEST(Mxfp4, HasTheAccuracyOfTheTables) { block_test::expect_sqnr("mxfp4", 18.79, 18.43, 17.64); }

TEST(Mxfp4, ZerosEdgesAndAnyBytes) { block_test::expect_edges("mxfp4", 4.25); }

}  // namespace
}  // namespace pare
