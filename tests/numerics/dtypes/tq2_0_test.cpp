#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Tq20, DecodesThePublishedLayout) {
  block_test::expect_elements(
      "tq2_0", {162, 32,  100, 106, 10,  170, 72,  2,   85,  17, 98,  152, 1,   128, 164, 100, 68,
                146, 1,   160, 18,  22,  5,   137, 9,   82,  97, 149, 98,  68,  166, 168, 26,  21,
                37,  161, 22,  100, 26,  166, 160, 153, 150, 64, 1,   148, 32,  10,  100, 97,  18,
                162, 21,  85,  160, 169, 1,   36,  2,   82,  84, 134, 132, 145, 0,   58},
      {{56, 0.75},
       {74, 0.75},
       {83, 0.75},
       {85, 0.0},
       {104, 0.0},
       {125, 0.0},
       {149, 0.0},
       {164, 0.0},
       {192, 0.0},
       {199, 0.75},
       {215, 0.75},
       {217, 0.75}});
}

TEST(Tq20, KeepsToTheErrorOfItsReference) { block_test::expect_wave_error("tq2_0", 0.01); }

TEST(Tq20, HasTheAccuracyOfTheTables) { block_test::expect_sqnr("tq2_0", 1.88, 0, 0); }

TEST(Tq20, ZerosEdgesAndAnyBytes) { block_test::expect_edges("tq2_0", 2.0625); }

}  // namespace
}  // namespace pare
