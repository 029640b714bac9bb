#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Q51, DecodesThePublishedLayout) {
  block_test::expect_elements("q5_1", {41,  184, 0,   189, 26, 240, 192, 203, 214, 37, 101, 138,
                                       172, 44,  159, 170, 7,  209, 60,  68,  126, 51, 5,   30},
                              {{4, -15.810546875},
                               {10, -7.490234375},
                               {11, -3.330078125},
                               {12, -16.8505859375},
                               {14, -12.17041015625},
                               {16, -8.01025390625},
                               {22, -14.25048828125},
                               {24, -9.5703125},
                               {27, -11.650390625},
                               {29, -2.81005859375},
                               {30, -9.5703125},
                               {31, -10.09033203125}});
}

TEST(Q51, KeepsToTheErrorOfItsReference) { block_test::expect_wave_error("q5_1", 0.002); }

TEST(Q51, ZerosEdgesAndAnyBytes) { block_test::expect_edges("q5_1", 6.0); }

}  // namespace
}  // namespace pare
