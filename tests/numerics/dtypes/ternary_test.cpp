#include <array>

#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

TEST(Ternary, EveryGroupOfFiveIsTheCeilingOfItsFraction) {
  const DtypeInfo& info = format("ternary");
  std::set<unsigned> seen;
  for (int number = 0; number < 243; ++number) {
    std::vector<float> trits;
    for (const int weight : {81, 27, 9, 3, 1}) {  // the first is the most significant
      trits.push_back(static_cast<float>(number / weight % 3 - 1));
    }
    const auto want = static_cast<unsigned>(std::ceil(number * 256.0 / 243.0));
    ASSERT_EQ(dtype_test::encode_bytes(info, trits, 1), std::vector<unsigned>{want});
    ASSERT_EQ(dtype_test::decode_bytes(info, {want}, 5), trits);
    seen.insert(want);
  }
  EXPECT_EQ(seen.size(), 243U);
}

TEST(Ternary, EveryByteDecodesToTrits) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (const float x : dtype_test::decode_bytes(format("ternary"), {byte}, 5)) {
      EXPECT_TRUE(x == -1 || x == 0 || x == 1) << byte;
    }
  }
}

TEST(Ternary, RoundsHalfToZeroAndSaturates) {
  const DtypeInfo& info = format("ternary");
  const auto coded = [&](float x) { return decode_one(info, encode_one(info, x)); };
  for (const float x : {0.0F, 0.3F, 0.5F, -0.5F, std::nanf("")}) EXPECT_EQ(coded(x), 0.0F) << x;
  for (const float x : {std::nextafter(0.5F, 1.0F), 0.9F, 1.5F, 1e30F, HUGE_VALF}) {
    EXPECT_EQ(coded(x), 1.0F) << x;
    EXPECT_EQ(coded(-x), -1.0F) << x;
  }
}

TEST(Ternary, BlocksEndAnywhere) {
  const DtypeInfo& info = format("ternary");
  const std::vector<float> x = {1, -1, 0, 0, 1, -1, 1, 0, 1, -1, -1, 1};
  for (std::size_t n = 0; n <= x.size(); ++n) {
    const std::vector<float> part(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(n));
    const auto bytes = dtype_test::encode_bytes(info, part, (n + 4) / 5);
    EXPECT_EQ(dtype_test::decode_bytes(info, bytes, n), part);
  }
}

TEST(Ternary, TakesAFifthOfAByte) { dtype_test::expect_element("ternary", 1.6); }

}  // namespace
}  // namespace pare
