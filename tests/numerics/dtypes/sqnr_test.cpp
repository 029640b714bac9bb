// What each format can do at best: the signal-to-noise ratio of values of a known distribution
// under one scale, the best one. Computed as an integral over the steps between neighbouring
// values; compared with tables computed elsewhere from the same definitions.

#include <array>
#include <set>

#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using Density = double (*)(double);

double normal(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0)); }

/// Student's t with 4 degrees of freedom, without 1 / sqrt(4).
double student4(double x) { return 0.375 * std::pow(1 + x * x / 4, -2.5); }

double student8(double x) {
  // Gamma(4.5) / (sqrt(8 pi) Gamma(4)).
  constexpr double kFactor = 0.386699020961394;
  return kFactor * std::pow(1 + x * x / 8, -4.5);
}

struct Distribution {
  Density density;
  double variance;
};
constexpr Distribution kNormal = {normal, 1};
constexpr Distribution kStudent8 = {student8, 8.0 / 6};
constexpr Distribution kStudent4 = {student4, 2};

/// Integral of (x - v)^2 p(x) over [a, b], by four-point Gauss-Legendre on pieces, wide ones far
/// out.
double piece(Density p, double v, double a, double b) {
  constexpr std::array<double, 2> kAt = {0.339981043584856, 0.861136311594053};
  constexpr std::array<double, 2> kWeight = {0.652145154862546, 0.347854845137454};
  const double width = std::max(0.35, 0.1 * (a > 0 ? a : b < 0 ? -b : 0));
  const int pieces = std::max(1, static_cast<int>(std::ceil((b - a) / width)));
  const double half = (b - a) / pieces / 2;
  double sum = 0;
  for (int i = 0; i < pieces; ++i) {
    const double middle = a + (2 * i + 1) * half;
    for (std::size_t k = 0; k < 2; ++k) {
      for (const double x : {middle - kAt[k] * half, middle + kAt[k] * half}) {
        sum += kWeight[k] * half * (x - v) * (x - v) * p(x);
      }
    }
  }
  return sum;
}

/// The same over [a, infinity), a > 0: on pieces in proportion to x, until x^-2 is nothing.
double tail(Density p, double v, double a) {
  double sum = 0;
  double from = a;
  while (from < 1e6) {
    const double to = from + std::max(0.35, 0.1 * from);
    const double more = piece(p, v, from, to);
    sum += more;
    from = to;
    if (more < 1e-18) break;
  }
  return sum;
}

/// Mean squared error of rounding to the nearest of `values` (ascending) times `scale`.
double squared_error(const std::vector<double>& values, double scale, Density p) {
  double error = 0;
  const std::size_t n = values.size();
  for (std::size_t i = 0; i < n; ++i) {
    const double v = values[i] * scale;
    const bool first = i == 0;
    const bool last = i + 1 == n;
    const double low = first ? 0 : (values[i - 1] + values[i]) / 2 * scale;
    const double high = last ? 0 : (values[i] + values[i + 1]) / 2 * scale;
    if (first) {
      error += tail(p, -v, -high);  // the distributions are symmetric
    } else if (last) {
      error += tail(p, v, low);
    } else {
      error += piece(p, v, low, high);
    }
  }
  return error;
}

/// The values of a format; `least` leaves out what lies below.
std::vector<double> values_of(std::string_view name, double least = -HUGE_VAL) {
  const DtypeInfo& info = dtype_test::format(name);
  std::set<double> values;
  const auto codes = static_cast<std::uint32_t>(std::lround(
      std::exp2(8.0 * static_cast<double>(info.bytes) / static_cast<double>(info.values))));
  for (std::uint32_t c = 0; c < codes; ++c) {
    const double v = dtype_test::decode_one(info, c);
    if (std::isfinite(v) && v >= least) values.insert(v);
  }
  return {values.begin(), values.end()};
}

std::vector<double> whole_numbers(int most) {
  std::vector<double> v;
  for (int i = -most; i <= most; ++i) v.push_back(i);
  return v;
}

/// Over all scales: a grid of one percent, then the bracket around its best point in thirds.
double best_db(const std::vector<double>& values, const Distribution& d) {
  const double most = std::max(-values.front(), values.back());
  const auto error = [&](double clip) { return squared_error(values, clip / most, d.density); };
  double best = HUGE_VAL;
  double at = 0;
  for (double clip = 0.6; clip < 400; clip *= 1.015) {
    const double e = error(clip);
    if (e < best) {
      best = e;
      at = clip;
    }
  }
  double low = at / 1.015;
  double high = at * 1.015;
  for (int i = 0; i < 25; ++i) {
    const double a = low + (high - low) / 3;
    const double b = high - (high - low) / 3;
    (error(a) < error(b) ? high : low) = error(a) < error(b) ? b : a;
  }
  best = std::min(best, error((low + high) / 2));
  return 10 * std::log10(d.variance / best);
}

struct Row {
  const char* name;
  std::vector<double> values;
  double normal, t8, t4;
};

TEST(Sqnr, OfEachFormatIsWhatTheTablesSay) {
  const std::vector<Row> rows = {
      {"int8", values_of("int8", -127), 40.54, 34.39, 24.94},
      {"f8e2m5", values_of("f8e2m5"), 42.67, 38.43, 27.90},
      {"f8e3m4", values_of("f8e3m4"), 37.56, 37.51, 34.84},
      {"f8e3m4_ieee", values_of("f8e3m4_ieee"), 37.56, 37.43, 33.00},
      {"f8e4m3fn", values_of("f8e4m3fn"), 31.56, 31.54, 31.50},
      {"f8e5m2", values_of("f8e5m2"), 25.58, 25.56, 25.55},
      {"f6e2m3", values_of("f6e2m3"), 30.81, 28.52, 21.60},
      {"f6e3m2", values_of("f6e3m2"), 25.58, 25.54, 24.82},
      {"nf4", values_of("nf4"), 20.04, 18.30, 14.31},
      {"iq4_nl", values_of("iq4_nl"), 20.04, 17.86, 13.84},
      {"int4", values_of("int4"), 19.26, 16.75, 12.74},
      {"f4e2m1", values_of("f4e2m1"), 18.97, 17.76, 14.28},
      {"int4 without -8", values_of("int4", -7), 18.90, 16.41, 12.48},
      {"fp4_bnb", values_of("fp4_bnb"), 17.80, 16.02, 12.34},
      {"f4e3m0", values_of("f4e3m0"), 14.23, 14.17, 13.88},
  };
  for (const Row& row : rows) {
    EXPECT_NEAR(best_db(row.values, kNormal), row.normal, 0.02) << row.name;
    EXPECT_NEAR(best_db(row.values, kStudent8), row.t8, 0.02) << row.name;
    EXPECT_NEAR(best_db(row.values, kStudent4), row.t4, 0.02) << row.name;
  }
}

TEST(Sqnr, OfLevelsIsWhatTheTablesSay) {
  EXPECT_NEAR(best_db(whole_numbers(11), kNormal), 22.08, 0.02);  // levels23
  EXPECT_NEAR(best_db(whole_numbers(15), kNormal), 24.33, 0.02);
  EXPECT_NEAR(best_db(whole_numbers(7), kNormal), 18.90, 0.02);
  EXPECT_NEAR(best_db(whole_numbers(4), kNormal), 15.13, 0.02);
  EXPECT_NEAR(best_db(whole_numbers(1), kNormal), 7.21, 0.02);   // ternary
  EXPECT_NEAR(best_db({-1, 1}, kNormal), 4.40, 0.02);            // binary
  EXPECT_NEAR(best_db(whole_numbers(3), kNormal), 13.29, 0.02);  // int3 without -4
}

}  // namespace
}  // namespace pare
