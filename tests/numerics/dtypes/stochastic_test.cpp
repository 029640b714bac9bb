#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

std::vector<float> round_trip(const DtypeInfo& info, std::span<const float> x, std::uint64_t seed,
                              std::uint64_t first) {
  std::vector<std::byte> codes((x.size() + info.values - 1) / info.values * info.bytes);
  info.encode_stochastic(x, codes, seed, first);
  std::vector<float> y(x.size());
  info.decode(codes, y);
  return y;
}

float nearest(const DtypeInfo& info, float x) {
  return dtype_test::decode_one(info, dtype_test::encode_one(info, x));
}

std::vector<const DtypeInfo*> formats() {
  std::vector<const DtypeInfo*> all;
  for (const DType type : all_dtypes()) {
    if (type.info().encode_stochastic != nullptr) all.push_back(&type.info());
  }
  return all;
}

/// A value inside the range of the format and of float32's exact whole numbers.
float inside(const DtypeInfo& info, Rng& rng) {
  const double low = std::max(info.min, -1000.0);
  const double high = std::min(info.max, 1000.0);
  return static_cast<float>(low + (high - low) * rng.uniform());
}

// The mean of many encodings is the value: within 4 standard errors, which follow from the step
// between the two values that came out.
TEST(Stochastic, IsRightOnAverageInEveryFormat) {
  Rng rng(21);
  EXPECT_GT(formats().size(), 50U);
  for (const DtypeInfo* info : formats()) {
    for (int i = 0; i < 5; ++i) {
      const float x = inside(*info, rng);
      constexpr std::size_t kTimes = 4000;
      const std::vector<float> y =
          round_trip(*info, std::vector<float>(kTimes, x), 5, static_cast<std::uint64_t>(i) << 32);
      double sum = 0;
      for (const float v : y) sum += v;
      const auto [low, high] = std::minmax_element(y.begin(), y.end());
      const double step = double{*high} - double{*low};
      ASSERT_NEAR(sum / kTimes, x, 4 * 0.5 * step / std::sqrt(double{kTimes}) + 1e-9 * std::abs(x))
          << info->name << " of " << x;
      // Nothing but the two neighbours: one of them is the nearest value.
      for (const float v : y) ASSERT_TRUE(v == *low || v == *high) << info->name;
      const float near = nearest(*info, x);
      ASSERT_TRUE(near == *low || near == *high) << info->name << " of " << x;
    }
  }
}

// Values of the format stay what they are, and what lies outside saturates as in encode().
TEST(Stochastic, LeavesValuesOfTheFormatAndSaturates) {
  Rng rng(22);
  for (const DtypeInfo* info : formats()) {
    std::vector<float> x;
    for (int i = 0; i < 100; ++i) x.push_back(nearest(*info, inside(*info, rng)));
    EXPECT_EQ(round_trip(*info, x, 6, 0), x) << info->name;
    for (const float far : {1e30F, -1e30F}) {
      const float want = nearest(*info, far);
      if (info->max > 1e30 || !std::isfinite(want)) continue;
      EXPECT_EQ(round_trip(*info, {&far, 1}, 7, 0)[0], want) << info->name;
    }
  }
}

// Value i has its own random bits: the pieces of an array are what the whole would be.
TEST(Stochastic, DoesNotDependOnHowTheArrayIsCut) {
  Rng rng(23);
  for (const DtypeInfo* info : formats()) {
    std::vector<float> x;
    for (std::size_t i = 0; i < 60 * info->values; ++i) x.push_back(inside(*info, rng));
    const std::vector<float> whole = round_trip(*info, x, 8, 100);
    const std::size_t cut = 13 * info->values;
    const std::span<const float> all(x);
    std::vector<float> parts = round_trip(*info, all.first(cut), 8, 100);
    const std::vector<float> rest = round_trip(*info, all.subspan(cut), 8, 100 + cut);
    parts.insert(parts.end(), rest.begin(), rest.end());
    EXPECT_EQ(parts, whole) << info->name;
    EXPECT_NE(round_trip(*info, x, 9, 100), whole) << info->name;
  }
}

// For fractions spread evenly the squared error is D^2 / 6, twice that of the nearest.
TEST(Stochastic, HasTwiceTheSquaredErrorOfNearest) {
  const DtypeInfo& info = dtype_test::format("int8");
  Rng rng(24);
  std::vector<float> x(400'000);
  for (float& v : x) v = 200 * rng.uniform() - 100;
  const std::vector<float> y = round_trip(info, x, 10, 0);
  std::vector<std::byte> codes(x.size());
  info.encode(x, codes);
  std::vector<float> z(x.size());
  info.decode(codes, z);
  double stochastic = 0;
  double exact = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    stochastic += (double{y[i]} - x[i]) * (double{y[i]} - x[i]);
    exact += (double{z[i]} - x[i]) * (double{z[i]} - x[i]);
  }
  EXPECT_NEAR(stochastic / exact, 2, 0.02);
}

}  // namespace
}  // namespace pare
