#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Mxfp6E3m2, DecodesThePublishedLayout) {
  block_test::expect_elements("mxfp6_e3m2",
                              {124, 94,  36,  174, 154, 240, 51,  5,   182, 25,  118, 139, 153,
                               172, 110, 207, 93,  39,  199, 254, 109, 61,  202, 11,  58},
                              {{2, -0.015625},
                               {7, 0.125},
                               {8, 0.0390625},
                               {10, 1.75},
                               {12, -0.75},
                               {15, -0.046875},
                               {17, -1.5},
                               {21, 2.5},
                               {27, 0.21875},
                               {28, 0.09375},
                               {30, -0.0},
                               {31, 0.1875}});
}

TEST(Mxfp6E3m2, KeepsToTheErrorOfItsReference) {
  block_test::expect_wave_error("mxfp6_e3m2", 0.002);
}

TEST(Mxfp6E3m2, HasTheAccuracyOfTheTables) { block_test::expect_sqnr("mxfp6_e3m2", 25.39, 0, 0); }

TEST(Mxfp6E3m2, ZerosEdgesAndAnyBytes) { block_test::expect_edges("mxfp6_e3m2", 6.25); }

}  // namespace
}  // namespace pare
