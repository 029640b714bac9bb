#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

TEST(Fp4Bnb, CodesHaveTheirPublishedValuesAndHalfWayIsTheOneNearerZero) {
  std::vector<double> table;
  for (const double sign : {1.0, -1.0}) {
    for (const double twelfths : {0.0, 0.0625, 8.0, 12.0, 4.0, 6.0, 2.0, 3.0}) {
      table.push_back(sign * twelfths / 12);
    }
  }
  dtype_test::expect_table("fp4_bnb", table, true);
}

TEST(Fp4Bnb, SmallNegativeNumbersBecomeTheNegativeZero) {
  const DtypeInfo& info = dtype_test::format("fp4_bnb");
  EXPECT_EQ(dtype_test::encode_one(info, -0.001F), 8U);
  EXPECT_EQ(dtype_test::encode_one(info, 0.001F), 0U);
  EXPECT_EQ(dtype_test::encode_one(info, -0.004F), 9U);
}

TEST(Fp4Bnb, TakesHalfAByte) { dtype_test::expect_element("fp4_bnb", 4); }

}  // namespace
}  // namespace pare
