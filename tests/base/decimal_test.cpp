#include "base/decimal.hpp"

#include <gtest/gtest.h>

namespace pare {
namespace {

TEST(Decimal, HasTheDigitsAskedFor) {
  EXPECT_EQ(fixed(3.14159, 2), "3.14");
  EXPECT_EQ(fixed(3.1, 3), "3.100");
  EXPECT_EQ(fixed(-0.5, 0), "-0");
  EXPECT_EQ(fixed(12345.678, 1), "12345.7");
}

}  // namespace
}  // namespace pare
