#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Q50, DecodesThePublishedLayout) {
  block_test::expect_elements("q5_0", {41, 184, 234, 142, 208, 42,  130, 161, 117, 147, 15,
                                       35, 55,  205, 55,  148, 197, 34,  8,   0,   109, 107},
                              {{0, 7.2802734375},
                               {2, 5.72021484375},
                               {3, -1.56005859375},
                               {4, 0.52001953125},
                               {7, -6.76025390625},
                               {13, 8.3203125},
                               {20, 0.0},
                               {21, 7.2802734375},
                               {23, -6.240234375},
                               {27, -1.0400390625},
                               {28, 8.3203125},
                               {31, 5.2001953125}});
}

TEST(Q50, KeepsToTheErrorOfItsReference) { block_test::expect_wave_error("q5_0", 0.002); }

TEST(Q50, ZerosEdgesAndAnyBytes) { block_test::expect_edges("q5_0", 5.5); }

}  // namespace
}  // namespace pare
