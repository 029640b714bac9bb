#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

/// P(X <= x) for one of 64 normal numbers divided by the greatest magnitude among them, at
/// x = -1 + 2 i / kSteps. With the greatest magnitude m given, the 63 others are normal numbers cut
/// at -m and m; the one that is greatest itself is -1 or 1.
class BlockMaxCdf {
 public:
  BlockMaxCdf() {
    constexpr double kBlock = 64;
    constexpr double kStart = 0.5;
    constexpr double kEnd = 7;
    constexpr int kNodes = 400;
    for (int i = 0; i <= kSteps; ++i) {
      const double x = -1 + 2.0 * i / kSteps;
      double sum = 0;
      for (int k = 0; k <= kNodes; ++k) {  // Simpson's rule over m
        const double m = kStart + (kEnd - kStart) * k / kNodes;
        const double inside = 1 - 2 * normal_cdf(-m);
        const double density = 2 * kBlock * std::exp(-m * m / 2) / std::sqrt(2 * std::acos(-1.0)) *
                               std::pow(inside, kBlock - 1);
        const double weight = k == 0 || k == kNodes ? 1 : k % 2 == 1 ? 4 : 2;
        sum += weight * density * (normal_cdf(x * m) - normal_cdf(-m)) / inside;
      }
      at_.push_back(1 / (2 * kBlock) + (1 - 1 / kBlock) * sum * (kEnd - kStart) / kNodes / 3);
    }
  }
  [[nodiscard]] double operator()(double x) const {
    const double place = std::min((x + 1) / 2 * kSteps, kSteps - 1e-9);
    const auto i = static_cast<std::size_t>(place);
    return at_[i] + (at_[i + 1] - at_[i]) * (place - static_cast<double>(i));
  }
  [[nodiscard]] double quantile(double p) const {
    const auto above = std::lower_bound(at_.begin(), at_.end(), p);
    const auto i = static_cast<std::size_t>(above - at_.begin()) - 1;
    return -1 + 2 * (static_cast<double>(i) + (p - at_[i]) / (at_[i + 1] - at_[i])) / kSteps;
  }

 private:
  static constexpr int kSteps = 4096;
  std::vector<double> at_;
};

TEST(Af4, CodesAreTheMediansOfTheirCells) {
  const DtypeInfo& info = dtype_test::format("af4");
  const BlockMaxCdf cdf;
  std::vector<double> v(16);
  for (std::size_t i = 0; i < 16; ++i) {
    v[i] = i < 7 ? -1 + static_cast<double>(i) / 7 : static_cast<double>(i - 7) / 8;
  }
  // The least mean absolute error has each value at the median of what is nearest to it. The
  // published numbers come out with 0 as a boundary, without numbers of its own.
  for (int round = 0; round < 2000; ++round) {
    for (std::size_t i = 1; i < 15; ++i) {
      if (i == 7) continue;
      const double below = cdf(i == 8 ? 0 : (v[i - 1] + v[i]) / 2);
      v[i] = cdf.quantile((below + cdf(i == 6 ? 0 : (v[i] + v[i + 1]) / 2)) / 2);
    }
  }
  for (std::uint32_t code = 0; code < 16; ++code) {
    EXPECT_NEAR(dtype_test::decode_one(info, code), v[code], 2e-6) << code;
  }
}

TEST(Af4, CodesHaveTheirPublishedValuesAndHalfWayIsTheLower) {
  dtype_test::expect_table(
      "af4",
      {-1, -0.69441008, -0.51243739, -0.3736951, -0.25607552, -0.14982478, -0.04934812, 0,
       0.04273164, 0.12934483, 0.21961274, 0.31675666, 0.42563882, 0.55496234, 0.72424863, 1},
      false);
}

TEST(Af4, TakesHalfAByte) { dtype_test::expect_element("af4", 4); }

}  // namespace
}  // namespace pare
