#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Nf4B64, DecodesThePublishedLayout) {
  block_test::expect_elements(
      "nf4_b64",
      {0,   0,   160, 62, 144, 73,  112, 183, 167, 187, 60, 165, 225, 142, 224, 156, 234, 162,
       113, 204, 127, 43, 185, 187, 12,  186, 202, 198, 99, 188, 199, 79,  90,  90,  45,  232},
      {{4, -0.3125},
       {10, 0.10559851303696632},
       {19, 0.024868843611329794},
       {20, -0.3125},
       {25, 0.22592401131987572},
       {29, 0.0},
       {35, -0.16408532857894897},
       {53, 0.13772182166576385},
       {57, -0.05774169694632292},
       {59, -0.05774169694632292},
       {60, 0.1758178137242794},
       {63, 0.22592401131987572}});
}

TEST(Nf4B64, HasTheAccuracyOfTheTables) { block_test::expect_sqnr("nf4_b64", 20.74, 20.18, 19.07); }

TEST(Nf4B64, ZerosEdgesAndAnyBytes) { block_test::expect_edges("nf4_b64", 4.5); }

}  // namespace
}  // namespace pare
