#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Q40, DecodesThePublishedLayout) {
  block_test::expect_elements(
      "q4_0", {192, 40, 231, 238, 231, 97, 94, 243, 95, 48, 228, 155, 72, 46, 21, 202, 231, 80},
      {{0, -0.037109375},
       {1, 0.22265625},
       {5, -0.185546875},
       {7, -0.296875},
       {9, 0.111328125},
       {16, 0.22265625},
       {17, 0.22265625},
       {18, 0.22265625},
       {20, -0.111328125},
       {25, 0.037109375},
       {29, 0.1484375},
       {31, -0.111328125}});
}

TEST(Q40, KeepsToTheErrorOfItsReference) { block_test::expect_wave_error("q4_0", 0.002); }

TEST(Q40, HasTheAccuracyOfTheTables) { block_test::expect_sqnr("q4_0", 21.34, 20.18, 18.75); }

TEST(Q40, ZerosEdgesAndAnyBytes) { block_test::expect_edges("q4_0", 4.5); }

}  // namespace
}  // namespace pare
