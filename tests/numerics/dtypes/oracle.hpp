#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "base/rng.hpp"
#include "numerics/dtype.hpp"

namespace pare::dtype_test {

/// The value that a format's published definition gives a code (NaN and infinity included).
using Definition = std::function<double(std::uint32_t code)>;

inline const DtypeInfo& format(std::string_view name) {
  const DType type = dtype_by_name(name);
  if (!type.valid()) throw std::runtime_error("no such format");
  return type.info();
}

/// Decodes one code that stands in the low bits of a block.
inline float decode_one(const DtypeInfo& info, std::uint64_t code) {
  std::vector<std::byte> block(info.bytes);
  std::memcpy(block.data(), &code, std::min<std::size_t>(info.bytes, sizeof code));
  float x = -1;
  info.decode(block, std::span(&x, 1));
  return x;
}

/// Encodes one value; bits beyond its own must be padding of zeros.
inline std::uint64_t encode_one(const DtypeInfo& info, float x) {
  std::vector<std::byte> block(info.bytes, std::byte{0xFF});
  info.encode(std::span<const float>(&x, 1), block);
  std::uint64_t code = 0;
  std::memcpy(&code, block.data(), std::min<std::size_t>(info.bytes, sizeof code));
  return code;
}

/// Definition of a binary floating-point format with IEEE's treatment of small numbers, without
/// the special codes at the top.
inline double float_value(std::uint32_t code, int exponent_bits, int mantissa_bits, int bias) {
  const bool negative = ((code >> (exponent_bits + mantissa_bits)) & 1U) != 0;
  const int exponent = static_cast<int>((code >> mantissa_bits) & ((1U << exponent_bits) - 1U));
  const double mantissa = code & ((1U << mantissa_bits) - 1U);
  const double fraction = mantissa / std::ldexp(1.0, mantissa_bits);
  const double value =
      exponent == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1.0 + fraction, exponent - bias);
  return negative ? -value : value;
}

/// Every code decodes to what the definition says, sign of zero included.
inline void expect_every_code(std::string_view name, int bits, const Definition& define) {
  const DtypeInfo& info = format(name);
  for (std::uint32_t code = 0; code < (1U << bits); ++code) {
    const double want = define(code);
    const double got = decode_one(info, code);
    if (std::isnan(want)) {
      ASSERT_TRUE(std::isnan(got)) << name << " code " << code;
    } else {
      ASSERT_EQ(got, want) << name << " code " << code;
      ASSERT_EQ(std::signbit(got), std::signbit(want)) << name << " code " << code;
    }
  }
}

/// encode(decode(code)) is the code, for all codes but NaNs and infinities.
inline void expect_round_trip(std::string_view name, int bits) {
  const DtypeInfo& info = format(name);
  for (std::uint32_t code = 0; code < (1U << bits); ++code) {
    const float x = decode_one(info, code);
    if (std::isfinite(x)) {
      ASSERT_EQ(encode_one(info, x), code) << name << " of " << x;
    }
  }
}

/// Finite values of a format in ascending order, each with its code (-0 left out).
inline std::vector<std::pair<double, std::uint32_t>> ladder(int bits, const Definition& define) {
  std::vector<std::pair<double, std::uint32_t>> all;
  for (std::uint32_t code = 0; code < (1U << bits); ++code) {
    const double value = define(code);
    if (std::isfinite(value) && !(value == 0 && std::signbit(value))) all.emplace_back(value, code);
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// Nearest value by search: ties go to the even code, beyond the ends is the end.
inline double nearest(const std::vector<std::pair<double, std::uint32_t>>& all, double x) {
  const auto above = std::lower_bound(all.begin(), all.end(), std::make_pair(x, 0U));
  if (above == all.begin()) return all.front().first;
  if (above == all.end()) return all.back().first;
  const auto below = std::prev(above);
  const double down = x - below->first;
  const double up = above->first - x;
  if (down == up) return (below->second & 1U) == 0 ? below->first : above->first;
  return down < up ? below->first : above->first;
}

/// Ties between all neighbours go to the even code, a hair beside the tie to the nearer one; random
/// values inside the range agree with a search through all codes.
inline void expect_nearest_even(std::string_view name, int bits, const Definition& define) {
  const DtypeInfo& info = format(name);
  const auto all = ladder(bits, define);
  const auto coded = [&](float x) { return double{decode_one(info, encode_one(info, x))}; };
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    const auto middle = static_cast<float>((all[i].first + all[i + 1].first) / 2);
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (const float x :
         {middle, std::nextafter(middle, -kInfinity), std::nextafter(middle, kInfinity)}) {
      ASSERT_EQ(coded(x), nearest(all, x)) << name << " of " << x;
    }
  }
  Rng rng(7);
  const double least = all.front().first;
  const double greatest = all.back().first;
  for (int i = 0; i < 20000; ++i) {
    const auto pattern = std::bit_cast<float>(rng.next());
    const auto even = static_cast<float>(least + (greatest - least) * rng.uniform());
    for (const float x : {pattern, even}) {
      if (x >= least && x <= greatest) {
        ASSERT_EQ(coded(x), nearest(all, x)) << name << " of " << x;
      }
    }
  }
}

/// |decode(encode(x)) - x| <= max(relative * |x|, absolute) for |x| <= limit.
inline void expect_error_bound(std::string_view name, double relative, double absolute,
                               double limit) {
  const DtypeInfo& info = format(name);
  Rng rng(11);
  for (int i = 0; i < 20000; ++i) {
    const double power = std::ldexp(rng.uniform(), -static_cast<int>(rng.below(24)));
    const auto x = static_cast<float>(limit * power * (i % 2 == 0 ? 1 : -1));
    const double error = std::abs(double{decode_one(info, encode_one(info, x))} - double{x});
    ASSERT_LE(error, std::max(relative * std::abs(double{x}), absolute)) << name << " of " << x;
  }
}

/// Two's complement or plain integer of `bits` bits.
inline double integer_value(std::uint32_t code, int bits, bool is_signed) {
  const double plain = code;
  return is_signed && (code >> (bits - 1)) != 0 ? plain - std::ldexp(1.0, bits) : plain;
}

/// Values outside the range become its ends, infinities too.
inline void expect_integer_edges_but_nan(std::string_view name) {
  const DtypeInfo& info = format(name);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto coded = [&](float x) { return double{decode_one(info, encode_one(info, x))}; };
  for (const float factor : {1.0F, 1.5F, 1e20F, kInfinity}) {
    EXPECT_EQ(coded(factor * static_cast<float>(info.max) + factor), static_cast<float>(info.max));
    const float low = factor * static_cast<float>(info.min) - factor;
    EXPECT_EQ(coded(low), static_cast<float>(info.min));
  }
}

/// As before; and NaN becomes code 0.
inline void expect_integer_edges(std::string_view name) {
  expect_integer_edges_but_nan(name);
  EXPECT_EQ(encode_one(format(name), std::numeric_limits<float>::quiet_NaN()), 0U);
}

/// Name, kind and size as the registry tells them.
inline void expect_described(std::string_view name, ElementKind kind, double bits) {
  const DType type = dtype_of(kind);
  EXPECT_EQ(type.name(), name);
  EXPECT_EQ(dtype_by_name(name), type);
  EXPECT_EQ(type.bits_per_value(), bits);
  EXPECT_FALSE(type.info().source.empty());
}

}  // namespace pare::dtype_test
