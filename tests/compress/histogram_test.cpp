#include "compress/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/rng.hpp"

namespace pare {
namespace {

std::vector<float> normals(std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> v(n);
  for (float& x : v) x = rng.normal();
  return v;
}

TEST(Histogram, HoldsEveryFiniteValueOnce) {
  Histogram h;
  const std::vector<float> v = normals(5000, 1);
  h.add(v);
  EXPECT_EQ(h.count(), 5000);
  EXPECT_EQ(std::accumulate(h.bins().begin(), h.bins().end(), std::int64_t{0}), 5000);
  EXPECT_EQ(h.min(), *std::min_element(v.begin(), v.end()));
  EXPECT_EQ(h.max(), *std::max_element(v.begin(), v.end()));
}

TEST(Histogram, DoesNotDependOnTheOrderOfValues) {
  std::vector<float> v = normals(4000, 2);
  for (std::size_t i = 0; i < v.size(); i += 100) v[i] *= 1000;
  Histogram forward;
  for (const float x : v) forward.add({&x, 1});
  std::reverse(v.begin(), v.end());
  Histogram backward;
  backward.add(v);
  EXPECT_EQ(forward.bin_width(), backward.bin_width());
  EXPECT_TRUE(std::equal(forward.bins().begin(), forward.bins().end(), backward.bins().begin()));
}

TEST(Histogram, CountsWhatIsNotFiniteApart) {
  Histogram h;
  const std::vector<float> v = {1, std::numeric_limits<float>::quiet_NaN(),
                                std::numeric_limits<float>::infinity(), -2};
  h.add(v);
  EXPECT_EQ(h.count(), 2);
  EXPECT_EQ(h.not_finite(), 2);
  EXPECT_EQ(h.min(), -2);
  EXPECT_EQ(h.max(), 1);
}

TEST(Histogram, QuantilesAreWithinABinOfTheSortedValues) {
  std::vector<float> v = normals(10000, 3);
  Histogram h;
  h.add(v);
  std::sort(v.begin(), v.end());
  for (const double share : {0.01, 0.25, 0.5, 0.9, 0.999}) {
    const float exact = v[static_cast<std::size_t>(share * 10000) - 1];
    EXPECT_NEAR(h.quantile(share), exact, 2 * h.bin_width()) << share;
  }
}

TEST(Histogram, ZerosAreCounted) {
  Histogram h;
  h.add(std::vector<float>{0, 0, 1, -0.0F});
  EXPECT_EQ(h.zeros(), 3);
}

}  // namespace
}  // namespace pare
