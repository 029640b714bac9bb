#include "numerics/round_trip.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/rng.hpp"

namespace pare {
namespace {

ScaledFormat named(const std::string& name) {
  for (const ScaledFormat& f : scaled_formats()) {
    if (f.name() == name) return f;
  }
  throw std::runtime_error("no " + name);
}

std::vector<float> normal(std::size_t n) {
  Rng rng(3);
  std::vector<float> x(n);
  for (float& v : x) v = rng.normal();
  return x;
}

// The tables of 2^18 normal values without a search of scales, in dB.
TEST(RoundTrip, HasTheAccuracyOfTheTables) {
  const std::vector<float> x = normal(std::size_t{1} << 18);
  const auto db = [&](const std::string& name, std::int64_t columns) {
    return round_trip(named(name), x, columns).sqnr_db();
  };
  EXPECT_NEAR(db("int8, row", 4096), 41.30, 0.15);
  EXPECT_NEAR(db("f8e4m3fn, tensor", 4096), 31.55, 0.1);
  EXPECT_NEAR(db("f8e3m4, tensor", 4096), 37.57, 0.1);
  EXPECT_NEAR(db("q4_0", 4096), 21.34, 0.1);
  EXPECT_NEAR(db("nf4, group 64", 4096), 20.74, 0.1);
  EXPECT_NEAR(db("f4e2m1, group 64", 4096), 19.52, 0.1);
  EXPECT_NEAR(db("fp4_bnb, group 64", 4096), 18.30, 0.1);
  EXPECT_NEAR(db("ternary, tensor", 4096), 5.81, 0.1);  // BitNet's mean of magnitudes
  EXPECT_NEAR(db("binary, tensor", 4096), 4.40, 0.1);
}

TEST(RoundTrip, IsWhatTheStepsSay) {
  // Steps of 2 in the first row, of 20 in the second.
  const std::vector<float> x = {15, 1, 0, 150, 10, 31};
  const RoundTrip rows = round_trip(named("int4, row"), x, 3);
  EXPECT_NEAR(rows.signal, 15 * 15 + 1 + 150 * 150 + 100 + 31 * 31, 1e-3);
  // 15 -> 14 (7 steps), 1 -> 0 (half a step, to even); 150 -> 140, 10 -> 0, 31 -> 40.
  EXPECT_NEAR(rows.noise, 1 + 1 + 100 + 100 + 81, 1e-3);
  const RoundTrip all = round_trip(named("int4, tensor"), x, 3);
  EXPECT_NEAR(all.noise, 25 + 1 + 100 + 100 + 81, 1e-3);  // 15 -> 20, 1 -> 0
}

TEST(RoundTrip, BitsCountTheScales) {
  EXPECT_EQ(named("int4, tensor").bits(4, 8), 4 + 1.0);
  EXPECT_EQ(named("int4, row").bits(4, 16), 4 + 2.0);
  EXPECT_EQ(named("int4, group 32").bits(4, 64), 4.5);
  EXPECT_EQ(named("int4, group 32").bits(4, 40), 4 + 16.0 * 2 / 40);
  EXPECT_EQ(named("q4_0").bits(4, 64), 4.5);
  EXPECT_EQ(named("float16").bits(4, 64), 16);
}

TEST(RoundTrip, ListsEveryFormatOnce) {
  std::vector<std::string> names;
  for (const ScaledFormat& f : scaled_formats()) names.push_back(f.name());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  for (const char* absent : {"uint8, row", "float32", "f8e8m0, row", "f8ue4m3, row"}) {
    EXPECT_EQ(std::count(names.begin(), names.end(), absent), 0) << absent;
  }
  EXPECT_GT(names.size(), 150U);
}

TEST(RoundTrip, RefusesWhatIsNotFinite) {
  const std::vector<float> x = {1, std::numeric_limits<float>::infinity()};
  EXPECT_THROW(round_trip(named("int8, row"), x, 2), Error);
}

}  // namespace
}  // namespace pare
