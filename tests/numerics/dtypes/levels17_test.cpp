#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

TEST(Levels17, EveryValueIsADigitOfAWord) { dtype_test::expect_levels("levels17", 17, 15); }

TEST(Levels17, ProductsWithTheOtherOfItsPairFitASignedByte) {
  const DtypeInfo& other = dtype_test::format("levels31");
  const double product = dtype_test::format("levels17").max * other.max;
  EXPECT_LE(product, 127);
  // One level more on each side of the other would not fit, or the pair is the other's choice.
  const double wider = dtype_test::format("levels17").max * (other.max + 1);
  EXPECT_TRUE(wider > 127 || other.max * (dtype_test::format("levels17").max + 1) > 127);
}

}  // namespace
}  // namespace pare
