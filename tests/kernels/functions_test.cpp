#include "kernels/functions/functions.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "kernels/view.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

using guard::Edge;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

double sigmoid(double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

double gelu_tanh(double x) {
  return x * sigmoid(2 * std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x));
}

struct Judged {
  const char* name;
  FunctionFn FunctionKernels::*fn;
  double (*exact)(double);
  double most_ulp;  ///< of the result, as functions.hpp states it
};

const Judged kJudged[] = {
    {"exp", &FunctionKernels::exp, [](double x) { return std::exp(x); }, 4},
    {"sigmoid", &FunctionKernels::sigmoid, sigmoid, 4},
    {"tanh", &FunctionKernels::tanh, [](double x) { return std::tanh(x); }, 4},
    {"erf", &FunctionKernels::erf, [](double x) { return std::erf(x); }, 4},
    {"swish", &FunctionKernels::swish, [](double x) { return x * sigmoid(x); }, 8},
    {"gelu_erf", &FunctionKernels::gelu_erf,
     [](double x) { return 0.5 * x * std::erfc(-x * 0.70710678118654752440); }, 8},
    {"gelu_tanh", &FunctionKernels::gelu_tanh, gelu_tanh, 256},
};

/// Every 1009th float that is a number, of both signs, and a denser sample where functions bend.
std::vector<float> sample() {
  constexpr std::uint32_t kStep = 1009;
  std::vector<float> x;
  for (std::uint64_t bits = 0; bits <= 0xFFFFFFFFU; bits += kStep) {
    const float v = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isfinite(v)) x.push_back(v);
  }
  for (int i = -400000; i <= 400000; ++i) x.push_back(static_cast<float>(i) / 16384);
  return x;
}

/// Distance in units of the last place that a normal result of this size has.
double ulps(float got, double want) {
  int exponent = 0;
  std::frexp(want, &exponent);
  return std::abs(static_cast<double>(got) - want) / std::ldexp(1.0, exponent - 24);
}

TEST(VectorFunctions, AreAsExactAsStatedOverAllFloats) {
  const std::vector<float> x = sample();
  std::vector<float> y(x.size());
  for (const FunctionKernels* k : function_kernels()) {
    for (const Judged& f : kJudged) {
      (k->*f.fn)(x.data(), y.data(), static_cast<std::int64_t>(x.size()), 1.0F);
      double worst = 0;
      float where = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double want = f.exact(static_cast<double>(x[i]));
        if (std::abs(want) > static_cast<double>(std::numeric_limits<float>::max())) {
          EXPECT_EQ(y[i], want > 0 ? kInfinity : -kInfinity) << f.name << "(" << x[i] << ")";
          continue;
        }
        // Below, results are no normal numbers, or factors of them are none.
        if (std::abs(want) < 0x1p-118) {
          ASSERT_NEAR(static_cast<double>(y[i]), want, f.most_ulp * 0x1p-23 * 0x1p-118)
              << f.name << "(" << x[i] << ") on " << k->isa;
          continue;
        }
        const double off = ulps(y[i], want);
        if (off > worst) {
          worst = off;
          where = x[i];
        }
      }
      RecordProperty(std::string(k->isa) + "_" + f.name, std::to_string(worst));
      EXPECT_LE(worst, f.most_ulp) << f.name << "(" << where << ") on " << k->isa;
    }
  }
}

TEST(VectorFunctions, KeepNanAndKnowInfinity) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> x = {nan, kInfinity, -kInfinity, nan, 0.0F, -0.0F, nan, 1.0F, nan};
  std::vector<float> y(x.size());
  for (const FunctionKernels* k : function_kernels()) {
    for (const Judged& f : kJudged) {
      (k->*f.fn)(x.data(), y.data(), static_cast<std::int64_t>(x.size()), 1.0F);
      const std::string where = std::string(f.name) + " on " + std::string(k->isa);
      for (const std::size_t i : {0U, 3U, 6U, 8U}) EXPECT_TRUE(std::isnan(y[i])) << where;
      const bool grows = f.exact(1e3) > 2;
      EXPECT_EQ(y[1], grows ? kInfinity : 1.0F) << where;
      EXPECT_EQ(y[4], static_cast<float>(f.exact(0))) << where;
      EXPECT_EQ(y[5], static_cast<float>(f.exact(0))) << where;
    }
    k->exp(x.data(), y.data(), 9, 0);
    EXPECT_EQ(y[2], 0.0F);
    k->tanh(x.data(), y.data(), 9, 0);
    EXPECT_EQ(y[2], -1.0F);
    k->erf(x.data(), y.data(), 9, 0);
    EXPECT_EQ(y[2], -1.0F);
  }
}

TEST(VectorFunctions, StayInTheirMemoryAndGiveTheSameInPlace) {
  for (const FunctionKernels* k : function_kernels()) {
    for (const Judged& f : kJudged) {
      for (std::int64_t n = 0; n < 70; ++n) {
        for (const Edge edge : {Edge::begins, Edge::ends}) {
          const auto size = static_cast<std::size_t>(n) * sizeof(float);
          const auto in = guard::bytes(size, edge, alignof(float));
          const auto out = guard::bytes(size, edge, alignof(float));
          float* x = view<float>(in.get());
          float* y = view<float>(out.get());
          for (std::int64_t i = 0; i < n; ++i) x[i] = static_cast<float>(i - 30) / 8;
          (k->*f.fn)(x, y, n, 1.0F);
          for (std::int64_t i = 0; i < n; ++i) {
            const double want = f.exact(static_cast<double>(x[i]));
            EXPECT_NEAR(static_cast<double>(y[i]), want, 1e-5 * std::abs(want)) << f.name;
          }
          (k->*f.fn)(x, x, n, 1.0F);
          EXPECT_TRUE(n == 0 || std::memcmp(x, y, size) == 0) << f.name;
        }
      }
    }
  }
}

}  // namespace
}  // namespace pare
