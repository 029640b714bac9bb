#include "compress/weights/low_rank.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "compress/weights/hadamard.hpp"
#include "compress/weights/toy_layer.hpp"

namespace pare {
namespace {

/// Singular values by one-sided Jacobi rotations of the rows of `a`, descending.
std::vector<double> jacobi_singular_values(std::vector<std::vector<double>> a) {
  const auto dot = [](const std::vector<double>& x, const std::vector<double>& y) {
    double s = 0;
    for (std::size_t i = 0; i < x.size(); ++i) s += x[i] * y[i];
    return s;
  };
  for (int sweep = 0; sweep < 40; ++sweep) {
    double worst = 0;
    for (std::size_t p = 0; p < a.size(); ++p) {
      for (std::size_t q = p + 1; q < a.size(); ++q) {
        const double pp = dot(a[p], a[p]);
        const double qq = dot(a[q], a[q]);
        const double pq = dot(a[p], a[q]);
        if (pq == 0) continue;
        worst = std::max(worst, std::abs(pq) / std::sqrt(pp * qq));
        const double tau = (qq - pp) / (2 * pq);
        const double t = (tau >= 0 ? 1 : -1) / (std::abs(tau) + std::sqrt(1 + tau * tau));
        const double c = 1 / std::sqrt(1 + t * t);
        for (std::size_t i = 0; i < a[p].size(); ++i) {
          const double x = a[p][i];
          const double y = a[q][i];
          a[p][i] = c * (x - t * y);
          a[q][i] = c * (t * x + y);
        }
      }
    }
    if (worst < 1e-14) break;
  }
  std::vector<double> s;
  for (const auto& row : a) s.push_back(std::sqrt(dot(row, row)));
  std::sort(s.rbegin(), s.rend());
  return s;
}

double squared_distance(const WeightMatrix& a, const WeightMatrix& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const double d = double{a.values[i]} - double{b.values[i]};
    sum += d * d;
  }
  return sum;
}

/// Orthogonal rows times 2^-i times orthogonal rows: those are its singular values.
WeightMatrix with_known_singular_values(std::int64_t rows, std::int64_t columns, int count) {
  const Rotation left(rows, Rng(3));
  const Rotation right(columns, Rng(4));
  std::vector<double> sum(static_cast<std::size_t>(rows * columns), 0);
  for (int i = 0; i < count; ++i) {
    std::vector<double> u(static_cast<std::size_t>(rows), 0);
    std::vector<double> v(static_cast<std::size_t>(columns), 0);
    u[i] = v[i] = 1;
    left.apply(u);
    right.apply(v);
    for (std::size_t r = 0; r < u.size(); ++r) {
      for (std::size_t c = 0; c < v.size(); ++c) {
        sum[r * v.size() + c] += std::ldexp(u[r] * v[c], -i);
      }
    }
  }
  return {rows, columns, std::vector<float>(sum.begin(), sum.end())};
}

// float32 holds the matrix to 6e-8 of its size, and the least tail looked at is 1/64 of that: the
// difference is at most 2 * 6e-8 * 64 of the tail.
TEST(TruncatedSvd, LosesTheTailOfKnownSingularValues) {
  for (const auto& [rows, columns] : {std::pair<int, int>{24, 40}, {40, 24}, {32, 32}}) {
    const WeightMatrix w = with_known_singular_values(rows, columns, 12);
    const TruncatedSvd svd(w, {});
    ASSERT_EQ(svd.singular_values().size(), static_cast<std::size_t>(std::min(rows, columns)));
    for (int i = 0; i < 24; ++i) {
      EXPECT_NEAR(svd.singular_values()[i], i < 12 ? std::ldexp(1, -i) : 0, 1e-6) << i;
    }
    double all = 0;
    for (int i = 0; i < 12; ++i) all += std::ldexp(1, -2 * i);
    for (int rank = 1; rank <= 6; ++rank) {
      double tail = 0;
      for (int i = rank; i < 12; ++i) tail += std::ldexp(1, -2 * i);
      const LowRankFactors f = svd.factors(rank);
      ASSERT_EQ(f.rank(), rank);
      EXPECT_NEAR(squared_distance(w, product(f)) / tail, 1, 1e-5) << rank;
      EXPECT_NEAR(svd.lost(rank) * all / tail, 1, 1e-5) << rank;
    }
  }
}

TEST(TruncatedSvd, AgreesWithJacobiRotations) {
  Rng rng(8);
  WeightMatrix w{20, 33, {}};
  for (int i = 0; i < 20 * 33; ++i) w.values.push_back(rng.normal());
  std::vector<std::vector<double>> rows;
  for (std::int64_t r = 0; r < w.rows; ++r) rows.emplace_back(w.row(r).begin(), w.row(r).end());
  const auto want = jacobi_singular_values(rows);
  const TruncatedSvd svd(w, {});
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(svd.singular_values()[i], want[i], 1e-11 * want[0]);
  }
}

/// The singular values of W X / sqrt(samples), where whitening never comes in.
std::vector<double> singular_values_of_outputs(const toy::Layer& layer) {
  std::vector<std::vector<double>> outputs;
  const double unit = 1 / std::sqrt(static_cast<double>(layer.x.size()));
  for (std::int64_t r = 0; r < layer.w.rows; ++r) {
    std::vector<double> row;
    for (const auto& x : layer.x) {
      double y = 0;
      for (std::int64_t c = 0; c < layer.w.columns; ++c) y += x[c] * double{layer.w.row(r)[c]};
      row.push_back(y * unit);
    }
    outputs.push_back(std::move(row));
  }
  return jacobi_singular_values(outputs);
}

// 1e-10 of the mean moment is added: 1e-8 leaves room for inputs of unequal size.
TEST(TruncatedSvd, LosesTheTailOfTheOutputsWhenWeighted) {
  const toy::Layer layer(3);
  const auto want = singular_values_of_outputs(layer);
  const TruncatedSvd svd(layer.w, whitening_factor(layer.h, layer.w.columns));
  double all = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(svd.singular_values()[i], want[i], 1e-8 * want[0]);
    all += want[i] * want[i];
  }
  for (const std::int64_t rank : {1, 4, 17, 40}) {
    double tail = 0;
    for (auto i = static_cast<std::size_t>(rank); i < want.size(); ++i) tail += want[i] * want[i];
    EXPECT_NEAR(layer.error(product(svd.factors(rank))), tail / all, 1e-6 * tail / all) << rank;
    EXPECT_NEAR(svd.lost(rank), tail / all, 1e-6 * tail / all) << rank;
  }
}

TEST(TruncatedSvd, WeightingServesTheOutputs) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const toy::Layer layer(seed);
    const auto whitening = whitening_factor(layer.h, layer.w.columns);
    for (const std::int64_t rank : {4, 8, 17}) {
      const double plain = layer.error(product(TruncatedSvd(layer.w, {}).factors(rank)));
      const double weighted = layer.error(product(TruncatedSvd(layer.w, whitening).factors(rank)));
      EXPECT_LT(weighted, 0.7 * plain) << seed << " " << rank;
    }
  }
}

/// Inputs that span three dimensions, some of them always zero.
TEST(TruncatedSvd, KeepsAllOfInputsOfLowRank) {
  toy::Layer layer(5);
  Rng rng(6);
  std::vector<std::vector<double>> basis(3, std::vector<double>(128, 0));
  for (auto& b : basis) {
    for (std::size_t c = 9; c < b.size(); ++c) b[c] = double{rng.normal()};
  }
  std::fill(layer.h.begin(), layer.h.end(), 0);
  for (auto& x : layer.x) {
    std::fill(x.begin(), x.end(), 0);
    for (const auto& b : basis) {
      const double share = rng.normal();
      for (std::size_t c = 0; c < x.size(); ++c) x[c] += share * b[c];
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < x.size(); ++j) {
        layer.h[i * x.size() + j] += x[i] * x[j] / static_cast<double>(layer.x.size());
      }
    }
  }
  const TruncatedSvd svd(layer.w, whitening_factor(layer.h, 128));
  EXPECT_EQ(svd.rank_for(0.99999), 3);
  EXPECT_LT(layer.error(product(svd.factors(3))), 1e-10);
  EXPECT_GT(layer.error(product(svd.factors(2))), 1e-2);
}

TEST(TruncatedSvd, ChoosesTheLeastRank) {
  const TruncatedSvd svd(with_known_singular_values(16, 16, 12), {});
  // Squares are 1, 1/4, 1/16 ... of 4/3: three quarters of what is left go with each.
  EXPECT_EQ(svd.rank_for(0.74), 1);
  EXPECT_EQ(svd.rank_for(0.76), 2);
  EXPECT_EQ(svd.rank_for(0.98), 3);
  EXPECT_EQ(svd.rank_for(0.99), 4);
  EXPECT_LE(svd.factors(16).rank(), 16);
  EXPECT_EQ(TruncatedSvd({3, 2, std::vector<float>(6, 0)}, {}).factors(2).rank(), 1);
}

TEST(TruncatedSvd, GivesTheSameBitsForAnyThreads) {
  const toy::Layer layer(7);
  std::vector<float> values[2];
  for (const int threads : {1, 4}) {
    set_threads(threads);
    const auto whitening = whitening_factor(layer.h, 128);
    const LowRankFactors f = TruncatedSvd(layer.w, whitening).factors(9);
    auto& out = values[threads == 1 ? 0 : 1];
    for (const WeightMatrix& w : {f.left, f.right, without(layer.w, f)}) {
      out.insert(out.end(), w.values.begin(), w.values.end());
    }
  }
  set_threads(0);
  EXPECT_EQ(values[0], values[1]);
}

TEST(TruncatedSvd, RefusesWhatIsNotFiniteOrNoMoment) {
  const std::vector<double> negative = {-1, 0, 0, -1};
  EXPECT_THROW(whitening_factor(negative, 2), Error);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(TruncatedSvd({1, 2, {1, nan}}, {}), Error);
  EXPECT_TRUE(whitening_factor({}, 2).empty());
}

WeightMatrix to_int4(const WeightMatrix& w) {
  WeightGrid grid = grid_of(dtype_by_name("int4"));
  grid.rule = ScaleRule::amax;
  return round_to_nearest(w, grid).decoded();
}

/// A layer whose weights have large entries in a few columns.
toy::Layer with_outliers(std::uint64_t seed) {
  toy::Layer layer(seed);
  for (std::int64_t r = 0; r < layer.w.rows; ++r) {
    for (const std::int64_t c : {5, 60, 111}) layer.w.row(r)[c] *= 12;
  }
  return layer;
}

TEST(ResidualFactors, TakeOutliersOutOfWhatIsRounded) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
    const toy::Layer layer = with_outliers(seed);
    const double direct = layer.error(to_int4(layer.w));
    for (const bool weighted : {false, true}) {
      const std::span<const double> h =
          weighted ? std::span<const double>(layer.h) : std::span<const double>();
      double last = 1e300;
      for (const std::int64_t iterations : {0, 1, 8}) {
        const ResidualFactors r =
            residual_factors(layer.w, h, {.rank = 8, .iterations = iterations}, to_int4);
        WeightMatrix v = to_int4(without(layer.w, r.factors));
        const WeightMatrix part = product(r.factors);
        for (std::size_t i = 0; i < v.values.size(); ++i) v.values[i] += part.values[i];
        const double error = layer.error(v);
        EXPECT_LT(error, 0.5 * direct) << seed << " " << weighted << " " << iterations;
        if (weighted) {
          EXPECT_NEAR(error, r.error, 1e-5 * error);
        }
        if (weighted) {
          EXPECT_NEAR(direct, r.direct, 1e-5 * direct);
        }
        EXPECT_LT(r.error, r.direct);
        EXPECT_LE(r.error, last);
        last = r.error;
      }
    }
  }
}

TEST(ResidualFactors, AreWhatFloat16Holds) {
  const toy::Layer layer = with_outliers(9);
  const ResidualFactors r = residual_factors(layer.w, {}, {.rank = 4}, {});
  EXPECT_EQ(r.factors.left.values, to_half(r.factors).left.values);
  const ResidualFactors wide = residual_factors(layer.w, {}, {.rank = 4, .half = false}, {});
  EXPECT_NE(wide.factors.left.values, to_half(wide.factors).left.values);
}

}  // namespace
}  // namespace pare
