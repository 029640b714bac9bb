#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "runtime/check.hpp"

namespace pare {
namespace {

/// Greatest relative error of `op` natively over `x`, the library's function in double taken as
/// true.
double relative_error(const std::string& op, const std::vector<float>& x, double (*exact)(double)) {
  Builder b;
  const auto n = static_cast<std::int64_t>(x.size());
  b.graph.add_output(b.node(op, {b.input("x", {n})}));
  const auto session = Session::create(b.graph, op_registry(), {});
  const std::vector<float> y = session->run({Tensor::of<float>({n}, x)}).at(0).to_floats();
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double want = exact(static_cast<double>(x[i]));
    worst = std::max(worst, std::abs(static_cast<double>(y[i]) - want) / std::abs(want));
  }
  return worst;
}

std::vector<float> between(double low, double high) {
  constexpr int kPoints = 100'003;
  std::vector<float> x;
  for (int i = 0; i < kPoints; ++i) {
    x.push_back(static_cast<float>(low + (high - low) * i / (kPoints - 1)));
  }
  return x;
}

TEST(ExactFunctions, SigmoidIsExactWhereItIsSmallToo) {
  const auto exact = [](double x) { return 1 / (1 + std::exp(-x)); };
  // 4 ulp: two of the exponential, one of the sum, one of the quotient.
  EXPECT_LT(relative_error("Sigmoid", between(-86, 20), exact), 4 * 0x1p-23);
}

TEST(ExactFunctions, SoftplusIsExactOnBothSides) {
  const auto exact = [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); };
  EXPECT_LT(relative_error("Softplus", between(-86, 20), exact), 4 * 0x1p-23);
  EXPECT_LT(relative_error("Softplus", between(20, 1e6), exact), 0x1p-23);
}

TEST(ExactFunctions, LogIsExactNearOne) {
  std::vector<float> x = between(1e-6, 1e6);
  for (const float near : between(0.9, 1.1)) x.push_back(near);
  x.erase(std::remove(x.begin(), x.end(), 1.0F), x.end());
  EXPECT_LT(relative_error("Log", x, [](double v) { return std::log(v); }), 2 * 0x1p-23);
}

TEST(ExactFunctions, SpecialValuesKeepTheirMeaning) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto run = [&](const std::string& op) {
    Builder b;
    b.graph.add_output(b.node(op, {b.input("x", {5})}));
    return Session::create(b.graph, op_registry(), {})
        ->run({Tensor::of<float>({5}, {inf, -inf, nan, 0, 1})})
        .at(0)
        .to_floats();
  };
  const std::vector<float> s = run("Sigmoid");
  EXPECT_EQ(s[0], 1.0F);
  EXPECT_LT(s[1], 1e-37F);
  EXPECT_GE(s[1], 0.0F);
  EXPECT_TRUE(std::isnan(s[2]));
  EXPECT_EQ(s[3], 0.5F);
  const std::vector<float> l = run("Log");
  EXPECT_EQ(l[0], inf);
  EXPECT_TRUE(std::isnan(l[1]) && std::isnan(l[2]));
  EXPECT_EQ(l[3], -inf);
  EXPECT_EQ(l[4], 0.0F);
  const std::vector<float> p = run("Softplus");
  EXPECT_EQ(p[0], inf);
  EXPECT_EQ(p[1], 0.0F);
  EXPECT_TRUE(std::isnan(p[2]));
}

}  // namespace
}  // namespace pare
