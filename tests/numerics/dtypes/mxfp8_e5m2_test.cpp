#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Mxfp8E5m2, DecodesThePublishedLayout) {
  block_test::expect_elements("mxfp8_e5m2", {124, 187, 146, 247, 138, 145, 151, 13,  7,  125, 21,
                                             80,  209, 199, 27,  161, 203, 25,  163, 37, 114, 219,
                                             244, 128, 124, 23,  50,  239, 73,  125, 58, 25,  213},
                              {{0, -0.109375},
                               {5, -0.000213623046875},
                               {7, 1.33514404296875e-05},
                               {12, -0.875},
                               {14, -0.001220703125},
                               {15, -1.75},
                               {16, 0.00030517578125},
                               {20, -28.0},
                               {21, -2048.0},
                               {22, -0.0},
                               {24, 0.000213623046875},
                               {31, -10.0}});
}

TEST(Mxfp8E5m2, KeepsToTheErrorOfItsReference) {
  block_test::expect_wave_error("mxfp8_e5m2", 0.002);
}

TEST(Mxfp8E5m2, ZerosEdgesAndAnyBytes) { block_test::expect_edges("mxfp8_e5m2", 8.25); }

}  // namespace
}  // namespace pare
