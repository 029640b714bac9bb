#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

/// Where the standard normal distribution has reached p, by bisection.
double normal_quantile(double p) {
  double low = -10;
  double high = 10;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::sqrt(2.0)) / 2 < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

/// The published recipe: 8 quantiles from p0 down to 1/2 (left out), 7 likewise as negative values,
/// and 0, divided by the greatest.
std::vector<double> published() {
  constexpr double kP0 = 0.9677083;
  std::vector<double> values = {0};
  for (int i = 0; i < 8; ++i) values.push_back(normal_quantile(kP0 + (0.5 - kP0) * i / 8));
  for (int i = 0; i < 7; ++i) values.push_back(-normal_quantile(kP0 + (0.5 - kP0) * i / 7));
  std::sort(values.begin(), values.end());
  const double most = values.back();
  for (double& v : values) v /= most;
  return values;
}

TEST(Nf4, CodesAreTheQuantilesOfTheRecipe) {
  const DtypeInfo& info = dtype_test::format("nf4");
  const std::vector<double> want = published();
  // The published numbers were computed in binary32: two units in the last place of 1.
  for (std::uint32_t code = 0; code < 16; ++code) {
    EXPECT_NEAR(dtype_test::decode_one(info, code), want[code], 0x1p-22) << code;
  }
}

TEST(Nf4, CodesHaveTheirPublishedValuesAndHalfWayIsTheLower) {
  dtype_test::expect_table(
      "nf4",
      {-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
       -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
       0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
       0.7229568362236023, 1},
      false);
}

TEST(Nf4, PacksTheFirstValueIntoTheLowNibble) {
  EXPECT_EQ(dtype_test::encode_bytes(dtype_test::format("nf4"), {-1, 1, 0}, 2),
            (std::vector<unsigned>{0xF0, 0x07}));
}

TEST(Nf4, TakesHalfAByte) { dtype_test::expect_element("nf4", 4); }

}  // namespace
}  // namespace pare
