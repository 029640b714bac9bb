#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

#include "base/rng.hpp"

namespace pare {

/// `x` as T: half to even, saturating, NaN is 0. T: any integer type up to 64 bits.
template <class T>
[[nodiscard]] T round_to_integer(double x) noexcept {
  static_assert(std::is_integral_v<T>);
  if (std::isnan(x)) return 0;
  // The greatest value may not be a double (2^63 - 1), so the comparison is with the next power.
  constexpr double kLeast = static_cast<double>(std::numeric_limits<T>::min());
  const double limit = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (x <= kLeast) return std::numeric_limits<T>::min();
  const double rounded = std::nearbyint(x);
  if (rounded >= limit) return std::numeric_limits<T>::max();
  return static_cast<T>(rounded);
}

/// DtypeInfo::decode of plain integers.
template <class T>
void decode_integers(std::span<const std::byte> in, std::span<float> out) {
  const std::size_t n = std::min(in.size() / sizeof(T), out.size());
  for (std::size_t i = 0; i < n; ++i) {
    T value;
    std::memcpy(&value, in.data() + i * sizeof(T), sizeof(T));
    out[i] = static_cast<float>(value);
  }
}

/// DtypeInfo::encode of plain integers: half to even, saturating, NaN is 0.
template <class T>
void encode_integers(std::span<const float> in, std::span<std::byte> out) {
  const std::size_t n = std::min(in.size(), out.size() / sizeof(T));
  for (std::size_t i = 0; i < n; ++i) {
    const T value = round_to_integer<T>(static_cast<double>(in[i]));
    std::memcpy(out.data() + i * sizeof(T), &value, sizeof(T));
  }
}

/// DtypeInfo::encode_stochastic of plain integers: saturating, NaN is 0.
template <class T>
void encode_integers_stochastic(std::span<const float> in, std::span<std::byte> out,
                                std::uint64_t seed, std::uint64_t first) {
  const Rng rng(seed);
  const std::size_t n = std::min(in.size(), out.size() / sizeof(T));
  for (std::size_t i = 0; i < n; ++i) {
    const auto x = static_cast<double>(in[i]);
    const double below = std::floor(x);
    const double u = static_cast<double>(rng.block(first + i)[0]) * 0x1.0p-32;
    const T value = round_to_integer<T>(u < x - below ? below + 1 : below);
    std::memcpy(out.data() + i * sizeof(T), &value, sizeof(T));
  }
}

}  // namespace pare
