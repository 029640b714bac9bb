#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

// All 243 groups of five, by counting in base 3.
TEST(Ternary, EveryGroupOfFiveIsOneByte) {
  const DtypeInfo& info = format("ternary");
  for (int byte = 0; byte < 243; ++byte) {
    std::vector<float> want;
    for (int rest = byte, i = 0; i < 5; ++i, rest /= 3)
      want.push_back(static_cast<float>(rest % 3 - 1));
    std::vector<float> x(5);
    const std::vector<std::byte> code = {static_cast<std::byte>(byte)};
    info.decode(code, x);
    ASSERT_EQ(x, want) << byte;
    std::vector<std::byte> back(1);
    info.encode(x, back);
    ASSERT_EQ(back, code);
  }
}

TEST(Ternary, RoundsSaturatesAndPadsWithZeros) {
  const DtypeInfo& info = format("ternary");
  const std::vector<float> x = {0.5F, -0.51F, 7, std::nanf(""), -HUGE_VALF, 1.0F};
  std::vector<std::byte> codes(2);
  info.encode(x, codes);
  std::vector<float> back(10);
  info.decode(codes, back);
  EXPECT_EQ(back, (std::vector<float>{0, -1, 1, 0, -1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(dtype_by_name("ternary").bits_per_value(), 1.6);
}

// Bytes from 243 on stand for nothing; they decode to something.
TEST(Ternary, OtherBytesAreNumbersToo) {
  const DtypeInfo& info = format("ternary");
  for (int byte = 243; byte < 256; ++byte) {
    std::vector<float> x(5, 9);
    info.decode(std::vector<std::byte>{static_cast<std::byte>(byte)}, x);
    for (const float v : x) EXPECT_LE(std::abs(v), 1);
  }
}

}  // namespace
}  // namespace pare
