#include "report/plot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.hpp"
#include "report/page.hpp"

namespace pare::report {
namespace {

using report_test::parse_page;
using report_test::Tag;
using testing::ElementsAre;

constexpr PlotAxis kSize{Quantity::size, {}};
constexpr PlotAxis kLatency{Quantity::latency, {}};
constexpr PlotAxis kAccuracy{Quantity::accuracy, {}};

PlotPoint point(double x, double y) {
  PlotPoint p;
  p.x = x;
  p.y = y;
  p.y_low = p.y_high = NAN;
  return p;
}

TEST(Ticks, AreRoundAndInside) {
  EXPECT_THAT(ticks(0, 10, 5), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(ticks(0.83, 0.92, 5),
              ElementsAre(testing::DoubleNear(0.84, 1e-12), testing::DoubleNear(0.86, 1e-12),
                          testing::DoubleNear(0.88, 1e-12), testing::DoubleNear(0.9, 1e-12),
                          testing::DoubleNear(0.92, 1e-12)));
  EXPECT_TRUE(ticks(1, 1, 5).empty());
  EXPECT_TRUE(ticks(2, 1, 5).empty());
  EXPECT_TRUE(ticks(0, INFINITY, 5).empty());
}

TEST(Front, HoldsExactlyThePointsThatNoOtherBeats) {
  // Small, accurate: the first two; the third is beaten by the first.
  EXPECT_THAT(front_of(kSize, kAccuracy, {point(2, 0.8), point(5, 0.9), point(3, 0.7)}),
              ElementsAre(0, 1));
  // On latency less is better.
  EXPECT_THAT(front_of(kSize, kLatency, {point(2, 8), point(5, 9), point(3, 7)}),
              ElementsAre(0, 2));
  EXPECT_TRUE(front_of(kSize, kLatency, {}).empty());
}

TEST(Front, AgreesWithComparingAllPairs) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Rng rng(seed);
    std::vector<PlotPoint> points;
    points.reserve(30);
    for (int i = 0; i < 30; ++i) {
      points.push_back(point(std::floor(10 * rng.uniform()), std::floor(10 * rng.uniform())));
    }
    const std::vector<std::size_t> front = front_of(kSize, kAccuracy, points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      bool beaten = false;
      bool shown = false;
      for (const PlotPoint& p : points) {
        beaten = beaten || (p.x <= points[i].x && p.y >= points[i].y &&
                            (p.x < points[i].x || p.y > points[i].y));
      }
      for (const std::size_t f : front) {  // of equal points one is enough
        shown = shown || (points[f].x == points[i].x && points[f].y == points[i].y);
      }
      EXPECT_EQ(shown, !beaten) << "seed " << seed << ", point " << i;
    }
  }
}

TEST(Plot, BetterPointsLieHigherOrFurtherLeft) {
  const std::string svg = plot_svg(kSize, kAccuracy, {point(1e6, 0.9), point(4e6, 0.8)});
  std::vector<std::pair<double, double>> at;
  for (const Tag& tag : parse_page(svg).named("circle")) {
    if (tag.attributes.at("class").rfind("mark", 0) != 0) continue;
    at.emplace_back(std::stod(tag.attributes.at("cx")), std::stod(tag.attributes.at("cy")));
  }
  ASSERT_EQ(at.size(), 2U);
  EXPECT_LT(at[0].first, at[1].first);
  EXPECT_LT(at[0].second, at[1].second);  // y grows downwards
}

TEST(Plot, TheFarSideOfALimitIsShaded) {
  PlotAxis size = kSize;
  size.limits = {2e6};
  const auto page = parse_page(plot_svg(size, kAccuracy, {point(1e6, 0.9), point(4e6, 0.8)}));
  double limit = -1;
  for (const Tag& tag : page.named("line")) {
    if (tag.attributes.at("class") == "limit") limit = std::stod(tag.attributes.at("x1"));
  }
  ASSERT_EQ(page.named("rect").size(), 1U);
  const Tag shade = page.named("rect").front();
  EXPECT_EQ(std::stod(shade.attributes.at("x")), limit);
  for (const Tag& tag : page.named("circle")) {
    const bool outside = std::stod(tag.attributes.at("cx")) > limit;
    if (tag.attributes.at("class").rfind("mark", 0) == 0) {
      EXPECT_EQ(outside, tag.attributes.at("cx") != page.named("circle")[0].attributes.at("cx"));
    }
  }
}

TEST(Plot, AFarLimitDoesNotSqueezeThePoints) {
  PlotAxis far = kSize;
  far.limits = {1e12};
  const std::vector<PlotPoint> points = {point(1e6, 0.9), point(4e6, 0.8)};
  EXPECT_EQ(plot_svg(far, kAccuracy, points), plot_svg(kSize, kAccuracy, points));
}

TEST(Plot, OnePointOrEqualPointsStillHaveAScale) {
  for (const double value : {0.0, 1.0, 1e-9, 1e15}) {
    const auto page = parse_page(plot_svg(kSize, kAccuracy, {point(value, value)}));
    EXPECT_TRUE(page.problems.empty());
    EXPECT_GE(page.named("text").size(), 4U) << value;
  }
}

}  // namespace
}  // namespace pare::report
