#include "ir/dim.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace pare {
namespace {

const Dim n = Dim::symbol("N");
const Dim m = Dim::symbol("M");

TEST(Dim, NumbersAreNumbers) {
  EXPECT_EQ((Dim(3) + Dim(4)).number(), 7);
  EXPECT_EQ((Dim(3) - Dim(4)).number(), -1);
  EXPECT_EQ((Dim(3) * Dim(4)).number(), 12);
  EXPECT_TRUE(Dim(3).is(3));
  EXPECT_FALSE(n.is(3));
  EXPECT_THROW((void)n.number(), Error);
}

TEST(Dim, EqualExpressionsCompareEqual) {
  EXPECT_TRUE((n + Dim(1)) * (n - Dim(1)) == n * n - Dim(1));
  EXPECT_TRUE(n * m == m * n);
  EXPECT_TRUE(n + m - n == m);
  EXPECT_TRUE((n - n).is(0));
  EXPECT_FALSE(n == m);
  EXPECT_FALSE(n + Dim(1) == n);
}

TEST(Dim, UnknownEqualsNothingAndSpreads) {
  EXPECT_FALSE(Dim() == Dim());
  EXPECT_TRUE((Dim() + n).is_unknown());
  EXPECT_TRUE((Dim() * n).is_unknown());
  EXPECT_TRUE((Dim() * Dim(0)).is(0));
  EXPECT_TRUE(floor_div(n, Dim()).is_unknown());
}

TEST(Dim, DivisionOfNumbersRoundsTowardsMinusInfinity) {
  for (std::int64_t a = -9; a <= 9; ++a) {
    for (std::int64_t b = -4; b <= 4; ++b) {
      if (b == 0) {
        EXPECT_TRUE(floor_div(Dim(a), Dim(b)).is_unknown());
        continue;
      }
      const auto q =
          static_cast<std::int64_t>(std::floor(static_cast<double>(a) / static_cast<double>(b)));
      const auto up =
          static_cast<std::int64_t>(std::ceil(static_cast<double>(a) / static_cast<double>(b)));
      EXPECT_EQ(floor_div(Dim(a), Dim(b)).number(), q) << a << "/" << b;
      EXPECT_EQ(ceil_div(Dim(a), Dim(b)).number(), up) << a << "/" << b;
    }
  }
}

TEST(Dim, EvenDivisionsComeOut) {
  EXPECT_TRUE(floor_div(Dim(4) * n + Dim(6), 2) == Dim(2) * n + Dim(3));
  EXPECT_TRUE(floor_div(Dim(4) * n + Dim(7), 2) == Dim(2) * n + Dim(3));
  EXPECT_TRUE(floor_div(Dim(6) * n * m, Dim(2) * m) == Dim(3) * n);
  EXPECT_TRUE(floor_div(n, n).is(1));
  EXPECT_TRUE(floor_div(Dim(0), n).is(0));
  EXPECT_TRUE(floor_div(n, 1) == n);
}

TEST(Dim, UnevenDivisionsAreOneSymbol) {
  const Dim half = floor_div(n - Dim(1), 2);
  EXPECT_EQ(half.text(), "floor((N+1)/2)-1");  // the same number, written canonically
  EXPECT_TRUE(half == floor_div(n - Dim(1), 2));
  EXPECT_TRUE(half + Dim(2) == floor_div(n + Dim(3), 2));
  EXPECT_TRUE(floor_div(n, -2) == floor_div(Dim(-1) * n, 2));
}

TEST(Dim, TextPutsConstantsLast) {
  EXPECT_EQ((Dim(2) * n + Dim(1)).text(), "2*N+1");
  EXPECT_EQ((Dim(-1) * n).text(), "-N");
  EXPECT_EQ((n * n - Dim(3)).text(), "N*N-3");
  EXPECT_EQ(Dim().text(), "?");
  EXPECT_EQ(to_string(SymShape{n, 3, Dim()}), "[N,3,?]");
}

TEST(Dim, OverflowIsAnError) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  EXPECT_THROW((void)(Dim(most) + Dim(1)), Error);
  EXPECT_THROW((void)(Dim(most) * Dim(2)), Error);
  EXPECT_THROW((void)floor_div(Dim(least), Dim(-1)), Error);
}

TEST(Dim, ShapesBroadcast) {
  EXPECT_EQ(to_string(broadcast_shapes(SymShape{n, 1, 3}, SymShape{4, 1})), "[N,4,3]");
  EXPECT_EQ(to_string(broadcast_shapes(SymShape{n}, SymShape{5})), "[5]");
  EXPECT_EQ(to_string(broadcast_shapes(SymShape{n}, SymShape{m})), "[?]");
  EXPECT_EQ(to_string(broadcast_shapes(SymShape{}, SymShape{n})), "[N]");
  EXPECT_THROW((void)broadcast_shapes(SymShape{2}, SymShape{3}), Error);
}

TEST(Dim, ProductsAndNumbers) {
  EXPECT_TRUE(product({n, 2, 3}) == Dim(6) * n);
  EXPECT_TRUE(product({}).is(1));
  EXPECT_EQ(to_numbers({2, 3}).value(), (Shape{2, 3}));
  EXPECT_FALSE(to_numbers({2, n}).has_value());
}

}  // namespace
}  // namespace pare
