#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Mxint8, DecodesThePublishedLayout) {
  block_test::expect_elements(
      "mxint8", {124, 233, 60,  104, 26, 182, 79,  63,  186, 226, 71,  213, 233, 134, 214, 186, 70,
                 148, 65,  122, 246, 58, 158, 183, 140, 139, 97,  142, 122, 97,  127, 100, 20},
      {{4, -0.14453125},
       {8, -0.05859375},
       {16, -0.2109375},
       {19, -0.01953125},
       {20, 0.11328125},
       {23, -0.2265625},
       {25, 0.189453125},
       {26, -0.22265625},
       {27, 0.23828125},
       {29, 0.248046875},
       {30, 0.1953125},
       {31, 0.0390625}});
}

TEST(Mxint8, KeepsToTheErrorOfItsReference) { block_test::expect_wave_error("mxint8", 0.002); }

TEST(Mxint8, HasTheAccuracyOfTheTables) { block_test::expect_sqnr("mxint8", 41.65, 0, 0); }

TEST(Mxint8, ZerosEdgesAndAnyBytes) { block_test::expect_edges("mxint8", 8.25); }

}  // namespace
}  // namespace pare
