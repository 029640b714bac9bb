#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Tq10, DecodesThePublishedLayout) {
  block_test::expect_elements(
      "tq1_0",
      {198, 223, 21,  139, 245, 38,  54,  163, 180, 117, 68,  111, 107, 45, 222, 83,  140, 200,
       222, 192, 198, 96,  126, 112, 184, 82,  33,  241, 172, 224, 25,  67, 186, 255, 161, 229,
       3,   233, 177, 149, 58,  143, 190, 92,  246, 243, 34,  183, 95,  19, 7,   23,  0,   62},
      {{8, 1.5},
       {30, -1.5},
       {31, -1.5},
       {58, 0.0},
       {79, 1.5},
       {91, 0.0},
       {140, 1.5},
       {155, -1.5},
       {157, 1.5},
       {234, -1.5},
       {241, -1.5},
       {246, -1.5}});
}

TEST(Tq10, KeepsToTheErrorOfItsReference) { block_test::expect_wave_error("tq1_0", 0.01); }

TEST(Tq10, HasTheAccuracyOfTheTables) { block_test::expect_sqnr("tq1_0", 1.88, 0, 0); }

TEST(Tq10, ZerosEdgesAndAnyBytes) { block_test::expect_edges("tq1_0", 1.6875); }

}  // namespace
}  // namespace pare
