#include "kernels/norm/norm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "kernels/view.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

using guard::Edge;

constexpr std::int64_t kSizes[] = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 255, 768, 5000};

struct Row {
  std::shared_ptr<std::byte> memory;
  float* data = nullptr;
};

Row row_of(std::int64_t n, Edge edge) {
  Row r{guard::bytes(static_cast<std::size_t>(n) * sizeof(float), edge, alignof(float)), nullptr};
  r.data = view<float>(r.memory.get());
  return r;
}

void fill(Rng& rng, Row& r, std::int64_t n, float middle, float spread) {
  for (std::int64_t i = 0; i < n; ++i) {
    r.data[i] = middle + spread * static_cast<float>(rng.normal());
  }
}

/// The meaning, in double.
std::vector<double> normalized(const float* x, std::int64_t n, const NormRow& how) {
  double mean = 0;
  double squares = 0;
  for (std::int64_t i = 0; i < n; ++i) mean += static_cast<double>(x[i]) / static_cast<double>(n);
  if (!how.centred) mean = 0;
  for (std::int64_t i = 0; i < n; ++i) squares += std::pow(static_cast<double>(x[i]) - mean, 2);
  const double inverse =
      1 / std::sqrt(squares / static_cast<double>(n) + static_cast<double>(how.epsilon));
  std::vector<double> y;
  for (std::int64_t i = 0; i < n; ++i) {
    y.push_back((static_cast<double>(x[i]) - mean) * inverse * static_cast<double>(how.scale[i]));
    if (how.bias != nullptr) y.back() += static_cast<double>(how.bias[i]);
  }
  return y;
}

TEST(Norms, RowsAreNormalisedAlsoFarFromZeroAndBeyondTheRangeOfSquares) {
  struct Place {
    float middle, spread;
  };
  Rng rng(5);
  for (const NormKernels* k : norm_kernels()) {
    for (const std::int64_t n : kSizes) {
      for (const Place p :
           {Place{0, 1}, {3, 0.1F}, {1000, 1}, {0, 1e25F}, {1e30F, 1e28F}, {0, 1e-20F}}) {
        for (const bool centred : {true, false}) {
          for (const bool biased : {true, false}) {
            const Edge edge = rng.below(2) == 0 ? Edge::begins : Edge::ends;
            Row x = row_of(n, edge), scale = row_of(n, edge), bias = row_of(n, edge);
            Row y = row_of(n, edge);
            fill(rng, x, n, p.middle, p.spread);
            fill(rng, scale, n, 1, 0.3F);
            fill(rng, bias, n, 0, 1);
            const float epsilon = p.spread < 1e-10F ? 0.0F : 1e-5F;
            const NormRow how = {scale.data, biased ? bias.data : nullptr, epsilon, centred};
            if (n == 1 && centred && epsilon == 0) continue;
            float statistics[2];
            k->normalize(x.data, y.data, n, how, statistics);
            const std::vector<double> want = normalized(x.data, n, how);
            for (std::int64_t i = 0; i < n; ++i) {
              // Four roundings, and the sums': 32 ulp of what is added.
              const double size = 1 + std::abs(want[static_cast<std::size_t>(i)]);
              ASSERT_NEAR(static_cast<double>(y.data[i]), want[static_cast<std::size_t>(i)],
                          32 * 0x1p-24 * size)
                  << n << " around " << p.middle << " on " << k->isa;
            }
          }
        }
      }
    }
  }
}

TEST(Norms, SoftmaxIsExactToAFewUlp) {
  Rng rng(6);
  for (const NormKernels* k : norm_kernels()) {
    for (const std::int64_t n : kSizes) {
      for (const float spread : {1.0F, 30.0F, 1e30F}) {
        Row x = row_of(n, Edge::ends);
        Row y = row_of(n, Edge::begins);
        fill(rng, x, n, 0, spread);
        k->softmax(x.data, y.data, n);
        double peak = -1e300;
        double sum = 0;
        for (std::int64_t i = 0; i < n; ++i) peak = std::max(peak, static_cast<double>(x.data[i]));
        for (std::int64_t i = 0; i < n; ++i) sum += std::exp(static_cast<double>(x.data[i]) - peak);
        for (std::int64_t i = 0; i < n; ++i) {
          const double want = std::exp(static_cast<double>(x.data[i]) - peak) / sum;
          // The difference to the peak is rounded: its error grows with it, up to e^-88.
          const double off = 8 + std::min(88.0, peak - static_cast<double>(x.data[i]));
          ASSERT_NEAR(static_cast<double>(y.data[i]), want, off * 0x1p-24 * want + 1e-37) << k->isa;
        }
      }
    }
  }
}

TEST(Norms, WhatIsNoNumberSpreadsToItsRowOnly) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const NormKernels* k : norm_kernels()) {
    for (const std::int64_t n : {3, 16, 37}) {
      const auto size = static_cast<std::size_t>(n);
      const std::vector<float> ones(size, 1.0F);
      for (const float bad : {nan, infinity}) {
        std::vector<float> x(size, 2.0F), y(size);
        x[size - 1] = bad;
        float statistics[2];
        k->normalize(x.data(), y.data(), n, {ones.data(), nullptr, 0, true}, statistics);
        for (const float v : y) EXPECT_TRUE(std::isnan(v)) << k->isa;
        k->softmax(x.data(), y.data(), n);
        for (const float v : y) EXPECT_TRUE(std::isnan(v)) << k->isa;
      }
      std::vector<float> x(size, -infinity), y(size);
      k->softmax(x.data(), y.data(), n);
      for (const float v : y) EXPECT_TRUE(std::isnan(v)) << k->isa;
      x[1] = 0;
      k->softmax(x.data(), y.data(), n);
      for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(y[i], i == 1 ? 1.0F : 0.0F) << k->isa;
    }
  }
}

TEST(Norms, RowsAreAdded) {
  Rng rng(7);
  for (const NormKernels* k : norm_kernels()) {
    for (const std::int64_t n : kSizes) {
      Row a = row_of(n, Edge::ends), b = row_of(n, Edge::begins), c = row_of(n, Edge::ends);
      Row y = row_of(n, Edge::ends);
      for (Row* r : {&a, &b, &c}) fill(rng, *r, n, 0, 1);
      k->add(a.data, b.data, nullptr, y.data, n);
      for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(y.data[i], a.data[i] + b.data[i]);
      k->add(a.data, b.data, c.data, y.data, n);
      for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(y.data[i], a.data[i] + b.data[i] + c.data[i]);
    }
  }
}

}  // namespace
}  // namespace pare
