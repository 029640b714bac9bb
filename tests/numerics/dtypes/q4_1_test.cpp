#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Q41, DecodesThePublishedLayout) {
  block_test::expect_elements("q4_1", {192, 40,  0,   189, 7,   32,  30,  18,  97, 123,
                                       15,  237, 167, 225, 100, 119, 150, 255, 2,  43},
                              {{2, -0.73046875},
                               {3, -1.17578125},
                               {8, -0.990234375},
                               {9, -1.212890625},
                               {10, -1.1015625},
                               {17, -1.17578125},
                               {18, -1.212890625},
                               {24, -0.87890625},
                               {25, -0.73046875},
                               {27, -0.990234375},
                               {28, -0.916015625},
                               {30, -1.25}});
}

TEST(Q41, KeepsToTheErrorOfItsReference) { block_test::expect_wave_error("q4_1", 0.002); }

TEST(Q41, ZerosEdgesAndAnyBytes) { block_test::expect_edges("q4_1", 5.0); }

}  // namespace
}  // namespace pare
