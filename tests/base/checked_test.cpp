#include "base/checked.hpp"

#include <gtest/gtest.h>

namespace pare {
namespace {

/// All pairs of 8-bit numbers against the sum and product in int.
template <class T>
void expect_exact_or_refused() {
  constexpr int kLeast = std::is_signed_v<T> ? -128 : 0;
  constexpr int kGreatest = std::is_signed_v<T> ? 127 : 255;
  for (int a = kLeast; a <= kGreatest; ++a) {
    for (int b = kLeast; b <= kGreatest; ++b) {
      const auto x = static_cast<T>(a);
      const auto y = static_cast<T>(b);
      if (a * b >= kLeast && a * b <= kGreatest) {
        ASSERT_EQ(checked_mul<T>(x, y), a * b);
      } else {
        ASSERT_THROW(static_cast<void>(checked_mul<T>(x, y)), Error);
      }
      if (a + b >= kLeast && a + b <= kGreatest) {
        ASSERT_EQ(checked_add<T>(x, y), a + b);
      } else {
        ASSERT_THROW(static_cast<void>(checked_add<T>(x, y)), Error);
      }
    }
  }
}

TEST(Checked, EveryPairOfBytesIsExactOrRefused) {
  expect_exact_or_refused<std::int8_t>();
  expect_exact_or_refused<std::uint8_t>();
}

TEST(Checked, SixtyFourBitsAtTheEdge) {
  EXPECT_EQ(checked_mul<std::uint64_t>(1ULL << 32, (1ULL << 32) - 1), ((1ULL << 32) - 1) << 32);
  EXPECT_THROW(static_cast<void>(checked_mul<std::uint64_t>(1ULL << 32, 1ULL << 32)), Error);
  EXPECT_THROW(static_cast<void>(checked_mul<std::int64_t>(INT64_MIN, -1)), Error);
  EXPECT_THROW(static_cast<void>(checked_add<std::int64_t>(INT64_MAX, 1)), Error);
}

TEST(Checked, CastsKeepTheValueOrRefuse) {
  EXPECT_EQ(checked_cast<std::uint8_t>(255), 255);
  EXPECT_EQ(checked_cast<std::int8_t>(-128LL), -128);
  EXPECT_EQ(checked_cast<std::int64_t>(std::uint64_t{INT64_MAX}), INT64_MAX);
  EXPECT_THROW(static_cast<void>(checked_cast<std::uint8_t>(256)), Error);
  EXPECT_THROW(static_cast<void>(checked_cast<std::uint8_t>(-1)), Error);
  EXPECT_THROW(static_cast<void>(checked_cast<std::uint64_t>(std::int64_t{-1})), Error);
  EXPECT_THROW(static_cast<void>(checked_cast<std::int64_t>(UINT64_MAX)), Error);
  EXPECT_THROW(static_cast<void>(checked_cast<std::int32_t>(std::uint32_t{1} << 31)), Error);
}

}  // namespace
}  // namespace pare
