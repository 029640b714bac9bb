#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Mxfp6E2m3, DecodesThePublishedLayout) {
  block_test::expect_elements("mxfp6_e2m3",
                              {130, 184, 189, 207, 99,  84, 48,  7,   165, 43, 207, 97, 174,
                               132, 143, 59,  81,  207, 68, 168, 189, 221, 92, 207, 105},
                              {{5, 18.0},
                               {8, 7.0},
                               {9, 24.0},
                               {12, 15.0},
                               {14, -6.0},
                               {17, -56.0},
                               {20, 18.0},
                               {21, -52.0},
                               {24, -8.0},
                               {28, 48.0},
                               {29, -52.0},
                               {31, 40.0}});
}

TEST(Mxfp6E2m3, KeepsToTheErrorOfItsReference) {
  block_test::expect_wave_error("mxfp6_e2m3", 0.002);
}

TEST(Mxfp6E2m3, HasTheAccuracyOfTheTables) { block_test::expect_sqnr("mxfp6_e2m3", 30.94, 0, 0); }

TEST(Mxfp6E2m3, ZerosEdgesAndAnyBytes) { block_test::expect_edges("mxfp6_e2m3", 6.25); }

}  // namespace
}  // namespace pare
