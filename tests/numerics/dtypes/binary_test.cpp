#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) { return code == 1 ? 1 : -1; }

TEST(Binary, EveryCodeHasItsValue) { dtype_test::expect_every_code("binary", 1, define); }

TEST(Binary, EveryCodeSurvivesARoundTrip) { dtype_test::expect_round_trip("binary", 1); }

TEST(Binary, KeepsTheSignAndTakesZeroAndNanForOne) {
  const DtypeInfo& info = format("binary");
  for (const float x : {0.0F, -0.0F, 1e-40F, 0.3F, 7.0F, HUGE_VALF, std::nanf("")}) {
    EXPECT_EQ(encode_one(info, x), 1U) << x;
  }
  for (const float x : {-1e-40F, -0.3F, -7.0F, -HUGE_VALF}) EXPECT_EQ(encode_one(info, x), 0U) << x;
}

TEST(Binary, IsAStreamOfBitsTheFirstValueLowest) {
  dtype_test::expect_bit_stream("binary", 1, define);
  EXPECT_EQ(dtype_test::encode_bytes(format("binary"), {1, -1, -1, 1, 1, -1, -1, -1, 1}, 2),
            (std::vector<unsigned>{0x19, 0x01}));
}

TEST(Binary, TakesOneBit) { dtype_test::expect_element("binary", 1); }

}  // namespace
}  // namespace pare
