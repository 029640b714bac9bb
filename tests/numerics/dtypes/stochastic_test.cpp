// Stochastic encoding of every format of single elements, against the formats' own values.

#include "numerics/dtypes/element_oracle.hpp"

namespace pare {
namespace {

using dtype_test::decode_one;
using dtype_test::encode_one;
using dtype_test::format;

std::vector<DType> elements() {
  std::vector<DType> found;
  for (const DType type : all_dtypes()) {
    if (type.info().encode_stochastic != nullptr && !type.info().own_scale) found.push_back(type);
  }
  return found;
}

std::vector<float> stochastic(const DtypeInfo& info, const std::vector<float>& x,
                              std::uint64_t seed, std::uint64_t first) {
  const std::size_t blocks = (x.size() + info.values - 1) / info.values;
  std::vector<std::byte> bytes(blocks * info.bytes, std::byte{0xFF});
  info.encode_stochastic(x, bytes, seed, first);
  std::vector<float> out(x.size());
  info.decode(bytes, out);
  return out;
}

/// Finite values that one value can have, ascending; all of them up to 16 bits, else those of the
/// first 65536 codes.
std::vector<double> values_of(const DtypeInfo& info) {
  std::set<double> all;
  const std::uint64_t codes = std::uint64_t{1} << std::min<std::size_t>(16, 8 * info.bytes);
  for (std::uint64_t code = 0; code < codes; ++code) {
    const double v = decode_one(info, code);
    if (std::isfinite(v)) all.insert(v);
  }
  return {all.begin(), all.end()};
}

TEST(Stochastic, EveryFormatOfNumbersHasIt) {
  for (const DType type : all_dtypes()) {
    const DtypeInfo& info = type.info();
    if (info.own_scale) continue;
    const bool numbers = info.encode != nullptr && info.group != DtypeClass::boolean;
    EXPECT_EQ(info.encode_stochastic != nullptr, numbers) << info.name;
  }
}

TEST(Stochastic, GivesOneOfTheTwoNeighboursAndIsRightOnAverage) {
  constexpr std::size_t kDraws = 3000;
  for (const DType type : elements()) {
    const DtypeInfo& info = type.info();
    if (info.bytes / info.values > 2) continue;  // all floats, or floor and ceiling: see below
    const std::vector<double> all = values_of(info);
    Rng rng(23);
    double sum = 0;
    double variance = 0;
    for (int trial = 0; trial < 24; ++trial) {
      const std::size_t i = rng.below(all.size() - 1);
      const auto x = static_cast<float>(all[i] + (all[i + 1] - all[i]) * rng.uniform());
      const double step = all[i + 1] - all[i];
      const double share = (x - all[i]) / step;
      const auto seed = static_cast<std::uint64_t>(trial);
      double mean = 0;
      for (const float y : stochastic(info, std::vector<float>(kDraws, x), seed, 1000 * seed)) {
        ASSERT_TRUE(y == all[i] || y == all[i + 1]) << info.name << " " << x << " became " << y;
        mean += y == all[i] ? 0 : 1.0 / kDraws;
      }
      sum += mean - share;
      variance += share * (1 - share) / kDraws;
    }
    // In steps, over all trials: four standard deviations.
    EXPECT_LT(std::abs(sum), 4 * std::sqrt(variance)) << info.name;
  }
}

TEST(Stochastic, LeavesValuesOfTheFormatAlone) {
  for (const DType type : elements()) {
    const DtypeInfo& info = type.info();
    for (const double v : values_of(info)) {
      const auto x = static_cast<float>(v);
      for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const float y = stochastic(info, {x}, seed, 9)[0];
        ASSERT_EQ(y, x) << info.name;
        ASSERT_EQ(std::signbit(y), std::signbit(decode_one(info, encode_one(info, x))));
      }
    }
  }
}

TEST(Stochastic, SaturatesAndTreatsNanAndInfinityAsEncodeDoes) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const DType type : elements()) {
    const DtypeInfo& info = type.info();
    const auto most = static_cast<float>(info.max);
    const auto least = static_cast<float>(info.min);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      if (most < 1e37F) {
        EXPECT_EQ(stochastic(info, {most * 1.01F}, seed, 0)[0], most) << info.name;
        EXPECT_EQ(stochastic(info, {most * 9}, seed, 0)[0], most) << info.name;
        if (least < 0) {
          EXPECT_EQ(stochastic(info, {least * 1.01F}, seed, 0)[0], least);
          EXPECT_EQ(stochastic(info, {least * 9}, seed, 0)[0], least);
        }
      }
      for (const float x : {kInfinity, -kInfinity, std::nanf("")}) {
        const float want = decode_one(info, encode_one(info, x));
        const float got = stochastic(info, {x}, seed, 0)[0];
        EXPECT_TRUE(got == want || (std::isnan(got) && std::isnan(want))) << info.name << " " << x;
      }
    }
  }
}

TEST(Stochastic, DoesNotDependOnHowTheValuesAreCutIntoCalls) {
  Rng rng(31);
  for (const DType type : elements()) {
    const DtypeInfo& info = type.info();
    const std::size_t n = 64 * info.values;
    std::vector<float> x(n);
    for (float& v : x) v = 3 * rng.normal();
    std::vector<std::byte> whole(64 * info.bytes);
    info.encode_stochastic(x, whole, 77, 100);
    std::vector<std::byte> parts(whole.size());
    for (const auto& [first, last] : {std::pair<std::size_t, std::size_t>{0, 5}, {5, 6}, {6, 64}}) {
      info.encode_stochastic(
          std::span(x).subspan(first * info.values, (last - first) * info.values),
          std::span(parts).subspan(first * info.bytes, (last - first) * info.bytes), 77,
          100 + first * info.values);
    }
    EXPECT_EQ(parts, whole) << info.name;
    info.encode_stochastic(x, parts, 78, 100);
    const bool rounds = type.kind() != ElementKind::f32 && type.kind() != ElementKind::f64;
    EXPECT_EQ(parts != whole, rounds) << info.name << ": does the seed matter?";
  }
}

TEST(Stochastic, LongIntegersBecomeFloorOrCeiling) {
  constexpr std::size_t kDraws = 40000;
  for (const std::string name : {"int16", "int32", "int64", "uint16", "uint32", "uint64"}) {
    for (const float x : {3.25F, 1000.9F, 0.0625F}) {
      double mean = 0;
      for (const float y : stochastic(format(name), std::vector<float>(kDraws, x), 4, 0)) {
        ASSERT_TRUE(y == std::floor(x) || y == std::ceil(x)) << name;
        mean += (y - std::floor(x)) / kDraws;
      }
      const double share = x - std::floor(x);
      EXPECT_LT(std::abs(mean - share), 4 * std::sqrt(share * (1 - share) / kDraws)) << name;
    }
  }
  EXPECT_EQ(stochastic(format("int64"), {9.3e18F, -9.3e18F}, 1, 1),
            (std::vector<float>{0x1p63F, -0x1p63F}));
  EXPECT_EQ(stochastic(format("uint64"), {2e19F, -0.5F}, 1, 1), (std::vector<float>{0x1p64F, 0}));
  const std::vector<float> floats = {1.1F, -3e38F, 1e-45F};
  EXPECT_EQ(stochastic(format("float32"), floats, 1, 1), floats);
  EXPECT_EQ(stochastic(format("float64"), floats, 1, 1), floats);
}

TEST(Stochastic, Tf32BecomesAMultipleOfItsStep) {
  constexpr std::size_t kDraws = 40000;
  for (const float x : {1.0002F, -1.9999F, 0x1.8p-130F + 0x1p-140F, -0x1p-149F}) {
    const double step = std::ldexp(1.0, std::max(std::ilogb(x), -126) - 10);
    const double below = std::floor(x / step) * step;
    double mean = 0;
    for (const float y : stochastic(format("tf32"), std::vector<float>(kDraws, x), 4, 0)) {
      ASSERT_TRUE(y == below || y == below + step) << x << " " << y;
      mean += (y - below) / step / kDraws;
    }
    const double share = (x - below) / step;
    EXPECT_LE(std::abs(mean - share), 4 * std::sqrt(share * (1 - share) / kDraws)) << x;
  }
}

TEST(Stochastic, HasTwiceTheSquaredErrorOfRoundingToNearest) {
  constexpr std::size_t kValues = 400000;
  for (const std::string name : {"int8", "int4", "int5", "levels23"}) {
    const DtypeInfo& info = format(name);
    Rng rng(41);
    std::vector<float> x(kValues);
    for (float& v : x) {
      v = static_cast<float>(info.min + (info.max - info.min) * double{rng.uniform()});
    }
    std::vector<std::byte> bytes((kValues + info.values - 1) / info.values * info.bytes);
    std::vector<float> nearest(kValues);
    info.encode(x, bytes);
    info.decode(bytes, nearest);
    const std::vector<float> drawn = stochastic(info, x, 43, 0);
    double squares[2] = {};
    double error = 0;
    for (std::size_t i = 0; i < kValues; ++i) {
      squares[0] += (nearest[i] - x[i]) * (nearest[i] - x[i]);
      squares[1] += (drawn[i] - x[i]) * (drawn[i] - x[i]);
      error += drawn[i] - x[i];
    }
    EXPECT_NEAR(squares[1] / squares[0], 2, 0.02) << name;
    EXPECT_LT(std::abs(error), 4 * std::sqrt(squares[1])) << name;
  }
}

}  // namespace
}  // namespace pare
