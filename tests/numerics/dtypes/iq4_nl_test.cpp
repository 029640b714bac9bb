#include <array>
#include <string>

#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

double define(std::uint32_t code) {
  constexpr std::array<double, 16> kPublished = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                 1,    13,   25,  38,  53,  69,  89,  113};
  return kPublished[code];
}

TEST(Iq4Nl, EveryCodeHasItsPublishedValue) {
  dtype_test::expect_every_code("iq4_nl", 4, [](std::uint32_t code) { return define(code); });
}

// The nearest entry, by comparison with all of them.
TEST(Iq4Nl, FindsTheNearestEntry) {
  const DtypeInfo& info = format("iq4_nl");
  Rng rng(3);
  for (int i = 0; i < 20000; ++i) {
    const float x = 140.0F * (2 * rng.uniform() - 1);
    double best = HUGE_VAL;
    for (std::uint32_t c = 0; c < 16; ++c) best = std::min(best, std::abs(define(c) - double{x}));
    const double got = decode_one(info, encode_one(info, x));
    ASSERT_NEAR(std::abs(got - double{x}), best, 1e-7 * 127) << x;
  }
  EXPECT_EQ(decode_one(info, encode_one(info, HUGE_VALF)), static_cast<float>(info.max));
  EXPECT_EQ(decode_one(info, encode_one(info, -HUGE_VALF)), static_cast<float>(info.min));
  EXPECT_NEAR(decode_one(info, encode_one(info, std::nanf(""))), 0, 1);
  EXPECT_EQ(dtype_by_name("iq4_nl").bits_per_value(), 4);
}

}  // namespace
}  // namespace pare
