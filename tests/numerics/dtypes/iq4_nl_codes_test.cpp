#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

TEST(Iq4NlCodes, CodesHaveTheirPublishedValuesAndHalfWayIsTheLower) {
  dtype_test::expect_table(
      "iq4_nl_codes", {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113},
      false);
}

TEST(Iq4NlCodes, TakesHalfAByte) { dtype_test::expect_element("iq4_nl_codes", 4); }

}  // namespace
}  // namespace pare
