#include "compress/weights/hadamard.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "compress/weights/toy_layer.hpp"

namespace pare {
namespace {

TEST(PaleyMatrix, IsOrthogonalWhereItExists) {
  for (const std::int64_t n : {1, 2, 4, 8, 12, 20, 24, 28, 32, 36, 44, 60, 108, 140}) {
    const auto h = paley_matrix(n);
    ASSERT_EQ(h.size(), static_cast<std::size_t>(n * n)) << n;
    for (const std::int8_t v : h) ASSERT_EQ(v * v, 1) << n;
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        std::int64_t dot = 0;
        for (std::int64_t k = 0; k < n; ++k) dot += std::int64_t{h[i * n + k]} * h[j * n + k];
        ASSERT_EQ(dot, i == j ? n : 0) << n;
      }
    }
  }
  // 16 and 40: twice a smaller one; 52: needs a field of 25 or 51 numbers; the rest: no Hadamard.
  for (const std::int64_t n : {0, 3, 6, 14, 16, 40, 52}) EXPECT_TRUE(paley_matrix(n).empty()) << n;
}

TEST(WalshHadamard, IsTheMatrixOfBitParities) {
  Rng rng(2);
  for (const std::size_t n : {1U, 2U, 8U, 64U}) {
    std::vector<double> x;
    for (std::size_t i = 0; i < n; ++i) x.push_back(double{rng.normal()});
    std::vector<double> y = x;
    walsh_hadamard(y);
    for (std::size_t j = 0; j < n; ++j) {
      double want = 0;
      for (std::size_t i = 0; i < n; ++i) {
        want += __builtin_parity(static_cast<unsigned>(i & j)) != 0 ? -x[i] : x[i];
      }
      EXPECT_NEAR(y[j], want, 1e-12) << n;
    }
  }
}

TEST(Rotation, IsOrthogonalAndUndone) {
  for (const std::int64_t n : {1, 2, 12, 28, 40, 64, 96, 144, 576}) {
    ASSERT_TRUE(Rotation::exists(n)) << n;
    const Rotation q(n, Rng(5));
    // Rows of Q by the unit vectors.
    std::vector<std::vector<double>> rows;
    for (std::int64_t i = 0; i < n; ++i) {
      std::vector<double> e(static_cast<std::size_t>(n), 0);
      e[static_cast<std::size_t>(i)] = 1;
      q.apply(e);
      for (const double v : e) ASSERT_NEAR(v * v, 1.0 / static_cast<double>(n), 1e-12);
      rows.push_back(std::move(e));
    }
    for (std::int64_t i = 0; i < n; i += 1 + n / 20) {
      for (std::int64_t j = 0; j < n; ++j) {
        double dot = 0;
        for (std::int64_t k = 0; k < n; ++k) dot += rows[i][k] * rows[j][k];
        ASSERT_NEAR(dot, i == j ? 1 : 0, 1e-12) << n;
      }
    }
    std::vector<double> x = rows[0];
    q.undo(x);
    EXPECT_NEAR(x[0], 1, 1e-12) << n;
  }
  for (const std::int64_t n : {0, 3, 5, 7, 18, 52}) {
    EXPECT_FALSE(Rotation::exists(n)) << n;
    EXPECT_THROW(Rotation(n, Rng(1)), Error) << n;
  }
}

TEST(Rotation, LeavesProductsAndCalmsOutliers) {
  const toy::Layer layer(3, 3, 60);
  const Rotation q(128, Rng(7));
  const WeightMatrix w = rotated(layer.w, q);
  double difference = 0;
  double size = 0;
  std::vector<double> fourth(2, 0);
  std::vector<double> second(2, 0);
  for (const auto& row : layer.x) {
    std::vector<double> x = row;
    q.apply(x);
    for (std::int64_t r = 0; r < w.rows; ++r) {
      double before = 0;
      double after = 0;
      for (std::int64_t c = 0; c < w.columns; ++c) {
        before += row[c] * layer.w.row(r)[c];
        after += x[c] * w.row(r)[c];
      }
      difference = std::max(difference, std::abs(before - after));
      size = std::max(size, std::abs(before));
    }
    for (std::size_t c = 0; c < x.size(); ++c) {
      fourth[0] += std::pow(row[c], 4);
      second[0] += std::pow(row[c], 2);
      fourth[1] += std::pow(x[c], 4);
      second[1] += std::pow(x[c], 2);
    }
  }
  EXPECT_LT(difference / size, 1e-5);
  const double count = 512.0 * 128;
  const auto kurtosis = [&](int i) { return fourth[i] * count / (second[i] * second[i]); };
  EXPECT_GT(kurtosis(0), 20);
  EXPECT_LT(kurtosis(1), 8);
}

}  // namespace
}  // namespace pare
