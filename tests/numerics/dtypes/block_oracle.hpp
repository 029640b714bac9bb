#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.hpp"
#include "numerics/dtype.hpp"

namespace pare::block_test {

inline const DtypeInfo& format(const std::string& name) {
  const DType type = dtype_by_name(name);
  if (!type.valid()) throw std::runtime_error("no such format");
  return type.info();
}

inline std::vector<float> round_trip(const DtypeInfo& info, const std::vector<float>& x) {
  std::vector<std::byte> codes((x.size() + info.values - 1) / info.values * info.bytes);
  info.encode(x, codes);
  std::vector<float> y(x.size());
  info.decode(codes, y);
  return y;
}

/// Elements of one block by its bytes.
inline void expect_elements(const std::string& name, const std::vector<int>& bytes,
                            const std::vector<std::pair<std::size_t, double>>& elements) {
  const DtypeInfo& info = format(name);
  ASSERT_EQ(bytes.size(), info.bytes);
  std::vector<std::byte> block;
  for (const int b : bytes) block.push_back(static_cast<std::byte>(b));
  std::vector<float> y(info.values);
  info.decode(block, y);
  for (const auto& [i, want] : elements) {
    EXPECT_NEAR(double{y.at(i)}, want, 1e-6 * std::abs(want)) << name << " element " << i;
  }
  // A row that ends within the block has the same elements.
  std::vector<float> part(info.values / 2 + 1);
  info.decode(block, part);
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (std::isnan(y[i])) continue;
    EXPECT_EQ(part[i], y[i]);
  }
}

/// ggml's own test of its formats: x_i = 0.1 + 2 cos i, the root of the summed squares over n.
inline void expect_wave_error(const std::string& name, double most) {
  const DtypeInfo& info = format(name);
  constexpr std::size_t kCount = 32 * 128;
  std::vector<float> x;
  for (std::size_t i = 0; i < kCount; ++i) {
    x.push_back(0.1F + 2 * std::cos(static_cast<float>(i)));
  }
  const std::vector<float> y = round_trip(info, x);
  double sum = 0;
  for (std::size_t i = 0; i < kCount; ++i) sum += (double{x[i]} - y[i]) * (double{x[i]} - y[i]);
  EXPECT_LT(std::sqrt(sum) / kCount, most) << name;
}

/// Student's t with `freedom` degrees, a sum of squares of normals in the denominator; 0 = normal.
inline std::vector<float> samples(int freedom, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> x(std::size_t{1} << 18);
  for (float& v : x) {
    v = rng.normal();
    double squares = 0;
    for (int i = 0; i < freedom; ++i) {
      const double z = rng.normal();
      squares += z * z;
    }
    if (freedom > 0) v = static_cast<float>(v / std::sqrt(squares / freedom));
  }
  return x;
}

inline double sqnr_db(const std::vector<float>& x, const std::vector<float>& y) {
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    signal += double{x[i]} * x[i];
    noise += (double{x[i]} - y[i]) * (double{x[i]} - y[i]);
  }
  return 10 * std::log10(signal / noise);
}

/// On normal values and Student's t with 8 and 4 degrees of freedom; 0 = not in the table. The mean
/// of four draws: one of heavy tails is some 0.05 dB uncertain.
inline void expect_sqnr(const std::string& name, double normal, double student8, double student4) {
  const DtypeInfo& info = format(name);
  const auto db = [&](int freedom) {
    double sum = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      const std::vector<float> x = samples(freedom, seed);
      sum += sqnr_db(x, round_trip(info, x)) / 4;
    }
    return sum;
  };
  EXPECT_NEAR(db(0), normal, 0.1) << name;
  for (const auto& [freedom, want] : {std::pair{8, student8}, std::pair{4, student4}}) {
    if (want == 0) continue;
    EXPECT_NEAR(db(freedom), want, 0.1) << name;
  }
}

/// Zeros, sizes from tiny to large, values that are not finite, bytes that nobody wrote.
inline void expect_edges(const std::string& name, double bits) {
  const DtypeInfo& info = format(name);
  EXPECT_EQ(dtype_by_name(name).bits_per_value(), bits);
  EXPECT_TRUE(info.own_scale);
  EXPECT_EQ(info.kind, ElementKind::block);
  for (const float y : round_trip(info, std::vector<float>(info.values + 3, 0.0F))) EXPECT_EQ(y, 0);
  Rng rng(5);
  std::vector<float> x;
  for (std::size_t i = 0; i < 4 * info.values; ++i) x.push_back(rng.normal());
  const double here = sqnr_db(x, round_trip(info, x));
  for (const float size : {0.25F, 4.0F, 64.0F}) {  // the accuracy does not depend on the size
    std::vector<float> scaled = x;
    for (float& v : scaled) v *= size;
    EXPECT_NEAR(sqnr_db(scaled, round_trip(info, scaled)), here, 0.6) << name << " " << size;
  }
  for (const float odd : {std::nanf(""), HUGE_VALF, -HUGE_VALF, 3e38F}) {
    std::vector<float> with = x;
    with[1] = odd;
    const std::vector<float> y = round_trip(info, with);
    for (std::size_t i = info.values; i < x.size(); ++i) {  // other blocks are untouched
      EXPECT_LT(std::abs(double{y[i]} - x[i]), 6) << name;
    }
  }
  for (int i = 0; i < 200; ++i) {
    std::vector<std::byte> bytes;
    for (std::size_t b = 0; b < info.bytes; ++b)
      bytes.push_back(static_cast<std::byte>(rng.below(256)));
    std::vector<float> y(info.values);
    info.decode(bytes, y);
  }
}

}  // namespace pare::block_test
