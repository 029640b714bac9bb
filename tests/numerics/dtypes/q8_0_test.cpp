#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Q80, DecodesThePublishedLayout) {
  block_test::expect_elements(
      "q8_0", {168, 34, 238, 249, 90,  96, 229, 97, 67,  214, 196, 59, 202, 215, 108, 0,  138,
               155, 10, 107, 95,  201, 51, 21,  74, 109, 226, 132, 4,  168, 151, 197, 37, 38},
      {{1, -0.09100341796875},
       {2, 1.1700439453125},
       {11, -0.53302001953125},
       {13, 0.0},
       {15, -1.31304931640625},
       {17, 1.39105224609375},
       {19, -0.71502685546875},
       {21, 0.27301025390625},
       {22, 0.9620361328125},
       {23, 1.41705322265625},
       {25, -1.612060546875},
       {31, 0.4940185546875}});
}

TEST(Q80, KeepsToTheErrorOfItsReference) { block_test::expect_wave_error("q8_0", 0.002); }

TEST(Q80, HasTheAccuracyOfTheTables) { block_test::expect_sqnr("q8_0", 45.47, 44.27, 42.74); }

TEST(Q80, ZerosEdgesAndAnyBytes) { block_test::expect_edges("q8_0", 8.5); }

}  // namespace
}  // namespace pare
