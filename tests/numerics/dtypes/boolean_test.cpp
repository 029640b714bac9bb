#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

TEST(Boolean, EveryByteDecodesToZeroOrOne) {
  dtype_test::expect_every_code("bool", 8,
                                [](std::uint32_t code) { return code == 0 ? 0.0 : 1.0; });
}

TEST(Boolean, ZeroAndOneSurviveARoundTrip) {
  const DtypeInfo& info = format("bool");
  EXPECT_EQ(decode_one(info, encode_one(info, 0.0F)), 0.0F);
  EXPECT_EQ(decode_one(info, encode_one(info, 1.0F)), 1.0F);
}

TEST(Boolean, EverythingButZeroIsTrue) {
  const DtypeInfo& info = format("bool");
  EXPECT_EQ(encode_one(info, -0.0F), 0U);
  for (const float x : {1.0F, -3.0F, 0x1p-149F, HUGE_VALF, std::nanf("")}) {
    EXPECT_EQ(encode_one(info, x), 1U) << x;
  }
}

TEST(Boolean, IsOneByte) { dtype_test::expect_described("bool", ElementKind::boolean, 8); }

}  // namespace
}  // namespace pare
