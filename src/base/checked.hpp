#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "base/error.hpp"

namespace pare {

/// a * b; Fault::corrupt when the product does not fit.
template <class T>
[[nodiscard]] T checked_mul(T a, T b) {
  static_assert(std::is_integral_v<T>);
  T r{};
  if (__builtin_mul_overflow(a, b, &r)) throw Error(Fault::corrupt, cat(a, " * ", b, " overflows"));
  return r;
}

/// a + b; Fault::corrupt when the sum does not fit.
template <class T>
[[nodiscard]] T checked_add(T a, T b) {
  static_assert(std::is_integral_v<T>);
  T r{};
  if (__builtin_add_overflow(a, b, &r)) throw Error(Fault::corrupt, cat(a, " + ", b, " overflows"));
  return r;
}

/// Converts between integer types; Fault::corrupt when the value does not fit.
template <class To, class From>
[[nodiscard]] To checked_cast(From value) {
  static_assert(std::is_integral_v<To> && std::is_integral_v<From>);
  const auto r = static_cast<To>(value);
  if (static_cast<From>(r) != value || ((r < To{}) != (value < From{}))) {
    throw Error(Fault::corrupt, cat("value ", value, " is out of range"));
  }
  return r;
}

}  // namespace pare
