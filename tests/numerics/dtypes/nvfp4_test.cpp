#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Nvfp4, DecodesThePublishedLayout) {
  block_test::expect_elements("nvfp4", {59, 245, 181, 107, 173, 175, 253, 68, 38},
                              {{0, 4.125},
                               {1, -8.25},
                               {3, -2.0625},
                               {4, -2.0625},
                               {7, -1.375},
                               {8, -8.25},
                               {9, -1.375},
                               {10, -4.125},
                               {11, -8.25},
                               {13, 2.75},
                               {14, 5.5},
                               {15, 1.375}});
}

TEST(Nvfp4, KeepsToTheErrorOfItsReference) { block_test::expect_wave_error("nvfp4", 0.003); }

TEST(Nvfp4, ZerosEdgesAndAnyBytes) { block_test::expect_edges("nvfp4", 4.5); }

}  // namespace
}  // namespace pare
