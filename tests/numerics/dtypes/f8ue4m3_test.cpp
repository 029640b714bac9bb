#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  return code == 0x7FU ? std::nan("") : dtype_test::float_value(code, 4, 3, 7);
}

TEST(F8Ue4m3, EveryCodeHasItsPublishedValue) {
  dtype_test::expect_every_code("f8ue4m3", 7, define);
}

TEST(F8Ue4m3, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("f8ue4m3", 7); }

TEST(F8Ue4m3, RoundsToNearestEven) { dtype_test::expect_nearest_even("f8ue4m3", 7, define); }

TEST(F8Ue4m3, HasNoSignAndSaturatesAt448) {
  const DtypeInfo& info = format("f8ue4m3");
  EXPECT_EQ(info.max, 448);
  EXPECT_EQ(info.min, 0);
  EXPECT_EQ(encode_one(info, -3.0F), 0U);
  EXPECT_EQ(encode_one(info, 1e9F), 0x7EU);
  EXPECT_EQ(encode_one(info, 464.0F), 0x7EU);
  EXPECT_TRUE(std::isnan(decode_one(info, encode_one(info, std::nanf("")))));
  EXPECT_EQ(dtype_by_name("f8ue4m3").bits_per_value(), 8);
}

}  // namespace
}  // namespace pare
