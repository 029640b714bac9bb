#include <array>
#include <string>

#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

constexpr std::array<int, 19> kCounts = {5,  7,  9,  11, 13, 15, 17, 19, 21, 23,
                                         25, 29, 31, 37, 43, 51, 63, 85, 127};

const DtypeInfo& of(int levels) { return format("levels" + std::to_string(levels)); }

TEST(Levels, PartnersMultiplyToAtMostABytesWorth) {
  for (const int n : kCounts) {
    const int a = (n - 1) / 2;
    const int partner = 2 * (127 / a) + 1;
    EXPECT_NE(std::find(kCounts.begin(), kCounts.end(), partner), kCounts.end()) << n;
    EXPECT_LE(a * ((partner - 1) / 2), 127);
  }
}

TEST(Levels, HoldEveryWholeNumberInTheirRange) {
  for (const int n : kCounts) {
    const DtypeInfo& info = of(n);
    EXPECT_EQ(info.max, (n - 1) / 2);
    EXPECT_EQ(info.min, -info.max);
    std::vector<float> x;
    for (int v = -(n - 1) / 2; v <= (n - 1) / 2; ++v) x.push_back(static_cast<float>(v));
    std::vector<std::byte> codes((x.size() + info.values - 1) / info.values * info.bytes);
    info.encode(x, codes);
    std::vector<float> back(x.size());
    info.decode(codes, back);
    EXPECT_EQ(back, x) << n;
  }
}

// As many digits as 64 bits hold, which is what the entropy of a level allows within a digit.
TEST(Levels, TakeTheBitsThatAreNeeded) {
  for (const int n : kCounts) {
    const double digits = std::floor(64 / std::log2(static_cast<double>(n)));
    EXPECT_EQ(dtype_by_name("levels" + std::to_string(n)).bits_per_value(), 64 / digits) << n;
  }
  EXPECT_NEAR(dtype_by_name("levels23").bits_per_value(), 4.571, 1e-3);
}

// The word as a number to base N, computed by multiplication.
TEST(Levels, TheFirstDigitIsTheLeastSignificant) {
  const DtypeInfo& info = of(23);
  const std::vector<float> x = {-11, 0, 11, 3};
  std::vector<std::byte> codes(8);
  info.encode(x, codes);
  std::uint64_t word = 0;
  std::memcpy(&word, codes.data(), 8);
  std::uint64_t want = 0;
  const std::vector<std::uint64_t> digits = {0, 11, 22, 14, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11};
  for (std::size_t i = digits.size(); i-- > 0;) want = want * 23 + digits[i];
  EXPECT_EQ(word, want);
}

TEST(Levels, RoundHalfToEvenAndSaturate) {
  const DtypeInfo& info = of(23);
  const std::vector<float> x = {0.5F, 1.5F, -2.5F, 100, -HUGE_VALF, std::nanf("")};
  std::vector<std::byte> codes(8);
  info.encode(x, codes);
  std::vector<float> back(x.size());
  info.decode(codes, back);
  EXPECT_EQ(back, (std::vector<float>{0, 2, -2, 11, -11, 0}));
}

// Any 64 bits are digits: the remainder above the last one is not looked at.
TEST(Levels, HostileWordsAreNumbersInRange) {
  for (const int n : kCounts) {
    const DtypeInfo& info = of(n);
    std::vector<float> x(info.values);
    info.decode(std::vector<std::byte>(8, std::byte{0xFF}), x);
    for (const float v : x) EXPECT_LE(std::abs(v), info.max);
  }
}

}  // namespace
}  // namespace pare
