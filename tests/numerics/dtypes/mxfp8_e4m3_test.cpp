#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Mxfp8E4m3, DecodesThePublishedLayout) {
  block_test::expect_elements("mxfp8_e4m3", {124, 55,  121, 131, 227, 205, 25,  100, 192, 5,   50,
                                             132, 128, 141, 174, 212, 51,  227, 39,  23,  197, 81,
                                             197, 241, 86,  253, 29,  219, 253, 215, 145, 204, 159},
                              {{1, 36.0},
                               {3, -5.5},
                               {4, -0.8125},
                               {6, 6.0},
                               {7, -0.25},
                               {8, 0.001220703125},
                               {12, -0.003173828125},
                               {16, -5.5},
                               {21, -0.40625},
                               {25, 0.0126953125},
                               {27, -52.0},
                               {28, -1.875}});
}

TEST(Mxfp8E4m3, KeepsToTheErrorOfItsReference) {
  block_test::expect_wave_error("mxfp8_e4m3", 0.002);
}

TEST(Mxfp8E4m3, HasTheAccuracyOfTheTables) {
  block_test::expect_sqnr("mxfp8_e4m3", 30.68, 30.37, 29.8);
}

TEST(Mxfp8E4m3, ZerosEdgesAndAnyBytes) { block_test::expect_edges("mxfp8_e4m3", 8.25); }

}  // namespace
}  // namespace pare
