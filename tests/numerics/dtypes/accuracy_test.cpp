#include "numerics/dtypes/block_oracle.hpp"

#include "numerics/k_quants.hpp"
#include "numerics/nvfp4.hpp"

namespace pare {
namespace {

using dtype_test::format;
using dtype_test::samples;
using dtype_test::sqnr_db;

constexpr std::size_t kSamples = std::size_t{1} << 18;

const std::vector<float>& normal() {
  static const std::vector<float> x = samples(0, kSamples);
  return x;
}
const std::vector<float>& student(int degrees) {
  // Four times as many: single draws of these tails scatter by 0.05 dB and more.
  static const std::vector<float> t8 = samples(8, 4 * kSamples);
  static const std::vector<float> t4 = samples(4, 4 * kSamples);
  return degrees == 8 ? t8 : t4;
}

double sqnr_of(std::string_view name, const std::vector<float>& x) {
  return sqnr_db(x, dtype_test::round_trip(format(name), x));
}

/// NVFP4 with its tensor scale.
double nvfp4(const std::vector<float>& x, Nvfp4Scale rule) {
  float amax = 0;
  for (const float v : x) amax = std::max(amax, std::abs(v));
  const float scale = nvfp4_tensor_scale(amax, rule);
  std::vector<std::byte> coded(x.size() / 16 * 9);
  std::vector<float> y(x.size());
  encode_nvfp4(x, scale, rule, coded);
  decode_nvfp4(coded, scale, y);
  return sqnr_db(x, y);
}

// Signal to noise of blocks whose greatest magnitude is kept, as a program of its own computed it
// from other samples; 0.1 dB is what another draw moves it by.
constexpr double kDecibels = 0.1;

TEST(BlockAccuracy, NormalSamples) {
  const std::vector<std::pair<std::string_view, double>> known = {
      {"q8_0", 45.47},       {"mxint8", 41.65}, {"mxfp8_e4m3", 30.68}, {"mxfp6_e2m3", 30.94},
      {"mxfp6_e3m2", 25.39}, {"mxfp4", 18.79},  {"mxfp4_ggml", 18.79}, {"nf4_b64", 20.74},
      {"q4_0", 21.34},       {"tq1_0", 1.88},   {"tq2_0", 1.88}};
  for (const auto& [name, want] : known)
    EXPECT_NEAR(sqnr_of(name, normal()), want, kDecibels) << name;
  EXPECT_NEAR(nvfp4(normal(), Nvfp4Scale::six), 20.43, kDecibels);
  EXPECT_NEAR(nvfp4(normal(), Nvfp4Scale::four_or_six), 21.21, kDecibels);
}

TEST(BlockAccuracy, HeavyTails) {
  struct Row {
    std::string_view name;
    double t8;
    double t4;
  };
  for (const Row& row :
       {Row{"q8_0", 44.27, 42.74}, Row{"mxfp8_e4m3", 30.37, 29.80}, Row{"mxfp4", 18.43, 17.64},
        Row{"nf4_b64", 20.18, 19.07}, Row{"q4_0", 20.18, 18.75}}) {
    EXPECT_NEAR(sqnr_of(row.name, student(8)), row.t8, kDecibels) << row.name;
    EXPECT_NEAR(sqnr_of(row.name, student(4)), row.t4, kDecibels) << row.name;
  }
  EXPECT_NEAR(nvfp4(student(8), Nvfp4Scale::six), 20.61, kDecibels);
  EXPECT_NEAR(nvfp4(student(4), Nvfp4Scale::six), 20.75, kDecibels);
  EXPECT_NEAR(nvfp4(student(8), Nvfp4Scale::four_or_six), 21.24, kDecibels);
  EXPECT_NEAR(nvfp4(student(4), Nvfp4Scale::four_or_six), 21.22, kDecibels);
}

/// 32 values with a step of range / 15 and zero among the levels, so that the zero point is whole.
double whole_zero_point(const std::vector<float>& x) {
  std::vector<float> y(x.size());
  for (std::size_t b = 0; b < x.size(); b += 32) {
    double low = 0;
    double high = 0;
    for (std::size_t i = b; i < b + 32; ++i) {
      low = std::min(low, double{x[i]});
      high = std::max(high, double{x[i]});
    }
    const double step = (high - low) / 15;
    const double zero = std::nearbyint(-low / step);
    for (std::size_t i = b; i < b + 32; ++i) {
      const double code = std::clamp(std::nearbyint(x[i] / step) + zero, 0.0, 15.0);
      y[i] = static_cast<float>(step * (code - zero));
    }
  }
  return sqnr_db(x, y);
}

TEST(BlockAccuracy, ALeastValueBeatsAWholeZeroPoint) {
  EXPECT_NEAR(whole_zero_point(normal()), 21.86, kDecibels);
  EXPECT_NEAR(sqnr_of("q4_1", normal()) - whole_zero_point(normal()), 0.3, kDecibels);
  EXPECT_NEAR(whole_zero_point(student(4)), 20.27, kDecibels);
  EXPECT_NEAR(sqnr_of("q4_1", student(4)) - whole_zero_point(student(4)), 0.3, kDecibels);
}

/// 32 values on the levels of IQ4_NL with a step of amax / 127: half of the extremes, the positive
/// ones, are beyond the greatest level of 113.
double plain_levels(const std::vector<float>& x) {
  constexpr std::array<double, 16> kLevels = {-127, -104, -83, -65, -49, -35, -22, -10,
                                              1,    13,   25,  38,  53,  69,  89,  113};
  std::vector<float> y(x.size());
  for (std::size_t b = 0; b < x.size(); b += 32) {
    double amax = 0;
    for (std::size_t i = b; i < b + 32; ++i) amax = std::max(amax, std::abs(double{x[i]}));
    for (std::size_t i = b; i < b + 32; ++i) {
      double best = HUGE_VAL;
      for (const double level : kLevels) {
        const double value = amax / 127 * level;
        if (std::abs(x[i] - value) < std::abs(x[i] - best)) best = value;
      }
      y[i] = static_cast<float>(best);
    }
  }
  return sqnr_db(x, y);
}

TEST(BlockAccuracy, ASignedStepAndLeastSquaresImproveIq4) {
  EXPECT_NEAR(plain_levels(normal()), 21.27, kDecibels);
  EXPECT_NEAR(plain_levels(student(8)), 20.55, kDecibels);
  EXPECT_NEAR(plain_levels(student(4)), 19.52, kDecibels);
  for (const std::vector<float>* x : {&normal(), &student(8), &student(4)}) {
    EXPECT_GT(sqnr_of("iq4_nl_b32", *x), plain_levels(*x) + 0.8);
  }
}

TEST(BlockAccuracy, Nvfp4BeatsMxfp4TheMoreTheHeavierTheTails) {
  EXPECT_NEAR(nvfp4(normal(), Nvfp4Scale::six) - sqnr_of("mxfp4", normal()), 1.6, 2 * kDecibels);
  EXPECT_NEAR(nvfp4(student(4), Nvfp4Scale::six) - sqnr_of("mxfp4", student(4)), 3.1,
              2 * kDecibels);
}

TEST(BlockAccuracy, MoreBitsOfOneFamilyGiveLessNoise) {
  const std::vector<std::vector<std::string_view>> families = {
      {"q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "q8_0"},
      {"q4_0", "q5_0", "q8_0"},
      {"q4_1", "q5_1"},
      {"mxfp4", "mxfp6_e2m3", "mxint8"}};
  for (const auto& family : families) {
    for (std::size_t i = 0; i + 1 < family.size(); ++i) {
      for (const std::vector<float>* x : {&normal(), &student(4)}) {
        EXPECT_GT(sqnr_of(family[i + 1], *x), sqnr_of(family[i], *x) + 2) << family[i];
      }
    }
  }
}

TEST(BlockAccuracy, SearchedScalesBeatPlainOnesOfTheSameSize) {
  EXPECT_GT(sqnr_of("q4_k", normal()), sqnr_of("q4_0", normal()));
  EXPECT_GT(sqnr_of("q5_k", normal()), sqnr_of("q5_0", normal()));
  EXPECT_GT(sqnr_of("iq4_xs", normal()), sqnr_of("mxfp4", normal()));
}

/// sum importance (x - y)^2 / sum importance x^2.
double weighted_error(const std::vector<float>& x, const std::vector<float>& y,
                      const std::vector<float>& importance) {
  double error = 0;
  double all = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    error += importance[i] * std::pow(double{x[i]} - double{y[i]}, 2);
    all += importance[i] * std::pow(double{x[i]}, 2);
  }
  return error / all;
}

TEST(BlockAccuracy, ImportanceLowersTheErrorWhereItCounts) {
  // Mean squares of inputs whose channels differ as lognormal(0.8) do.
  std::vector<float> importance = samples(0, 65536);
  for (float& v : importance) v = std::exp(1.6F * v);
  const std::vector<float> x(normal().begin() + 70000, normal().begin() + 70000 + 65536);
  for (const std::string_view name :
       {"q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "iq4_nl_b32", "iq4_xs"}) {
    const DtypeInfo& info = format(name);
    std::vector<std::byte> coded(x.size() / info.values * info.bytes);
    std::vector<float> y(x.size());
    weighted_encode_of(name)(x, importance, coded);
    info.decode(coded, y);
    const double plain = weighted_error(x, dtype_test::round_trip(info, x), importance);
    EXPECT_LT(weighted_error(x, y, importance), 0.9 * plain) << name;
    EXPECT_GT(weighted_error(x, y, importance), 0.1 * plain) << name;
  }
}

TEST(BlockAccuracy, ImportanceThatIsNoNumberCountsAsZero) {
  std::vector<float> x(normal().begin(), normal().begin() + 300);
  std::vector<float> importance(300, 1.0F);
  importance[3] = importance[299] = 0;
  std::vector<float> odd = importance;
  odd[3] = std::nanf("");
  odd[299] = -HUGE_VALF;
  for (const std::string_view name : {"q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "iq4_xs"}) {
    const DtypeInfo& info = format(name);
    std::vector<std::byte> a(2 * info.bytes);
    std::vector<std::byte> b(2 * info.bytes);
    weighted_encode_of(name)(x, importance, a);
    weighted_encode_of(name)(x, odd, b);
    EXPECT_EQ(a, b) << name;
    // Nothing counts: still a valid block near the values.
    weighted_encode_of(name)(x, std::vector<float>(300, 0.0F), a);
    std::vector<float> y(300);
    info.decode(a, y);
    EXPECT_GT(sqnr_db(x, y), 3) << name;
    EXPECT_THROW(weighted_encode_of(name)(x, std::vector<float>(299), a), std::exception);
  }
  EXPECT_EQ(weighted_encode_of("q4_0"), nullptr);
}

}  // namespace
}  // namespace pare
