#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "numerics/element_codec.hpp"
#include "numerics/stochastic.hpp"

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

/// The Code of an ElementCodec for plain integers.
template <class T>
struct IntegerCode {
  static float value(T code) noexcept { return static_cast<float>(code); }
  static T code(float x) noexcept { return round_to_integer<T>(static_cast<double>(x)); }
  static T code(float x, std::uint32_t random) noexcept {
    constexpr auto kLeast = static_cast<double>(std::numeric_limits<T>::min());
    // Rounded to 2^63 and the like for the longest types: saturates as before.
    constexpr auto kGreatest = static_cast<double>(std::numeric_limits<T>::max());
    return round_to_integer<T>(stochastic_integer(x, kLeast, kGreatest, random));
  }
};

template <class T>
using Integers = ElementCodec<IntegerCode<T>, Words<T>>;

}  // namespace pare
