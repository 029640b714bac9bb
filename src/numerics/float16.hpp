#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace pare {

/// IEEE 754 binary16, stored as its bits.
struct F16 {
  std::uint16_t bits = 0;
  friend bool operator==(F16, F16) = default;
};

/// bfloat16: the upper half of a binary32.
struct BF16 {
  std::uint16_t bits = 0;
  friend bool operator==(BF16, BF16) = default;
};

/// Exact.
[[nodiscard]] inline float to_float(BF16 x) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16);
}

/// Exact; keeps NaN payloads' top bits.
[[nodiscard]] inline float to_float(F16 x) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(x.bits & 0x8000U) << 16;
  const std::uint32_t exponent = (x.bits >> 10) & 0x1FU;
  const std::uint32_t mantissa = x.bits & 0x3FFU;
  if (exponent == 0) {  // zero and subnormals: mantissa * 2^-24 is exact in float
    const float magnitude = static_cast<float>(mantissa) * 0x1.0p-24F;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
  }
  const std::uint32_t wide = exponent == 31 ? 255U : exponent + 112U;
  return std::bit_cast<float>(sign | (wide << 23) | (mantissa << 13));
}

/// Round to nearest even; overflow gives infinity; NaN stays a quiet NaN.
[[nodiscard]] inline BF16 to_bf16(float x) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
    return {static_cast<std::uint16_t>((bits >> 16) | 0x40U)};
  }
  return {static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16)};
}

/// Round to nearest even; overflow gives infinity; NaN stays a quiet NaN.
[[nodiscard]] inline F16 to_f16(float x) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude > 0x7F800000U) {
    return {static_cast<std::uint16_t>(sign | 0x7E00U | ((magnitude >> 13) & 0x3FFU))};
  }
  if (magnitude >= 0x477FF000U) return {static_cast<std::uint16_t>(sign | 0x7C00U)};
  if (magnitude < 0x38800000U) {  // below the smallest normal: let the FPU round at 2^-24
    const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
    const std::uint32_t code = std::bit_cast<std::uint32_t>(shifted) - 0x3F000000U;
    return {static_cast<std::uint16_t>(sign | code)};
  }
  const std::uint32_t rounded = magnitude + 0xFFFU + ((magnitude >> 13) & 1U) - 0x38000000U;
  return {static_cast<std::uint16_t>(sign | (rounded >> 13))};
}

/// x as a float, inexact results rounded to the odd neighbour: rounding that to at most 21 bits to
/// nearest gives what rounding x itself would (rounding to nearest twice does not).
[[nodiscard]] inline float to_float_odd(double x) noexcept {
  const auto nearest = static_cast<float>(x);
  const auto back = static_cast<double>(nearest);
  if (back == x || std::isnan(x)) return nearest;
  auto bits = std::bit_cast<std::uint32_t>(nearest);
  const bool away = x < 0 ? back < x : back > x;
  if (away) --bits;
  return std::bit_cast<float>(bits | 1U);
}

/// Round to nearest even, once; else as for float.
[[nodiscard]] inline F16 to_f16(double x) noexcept { return to_f16(to_float_odd(x)); }
[[nodiscard]] inline BF16 to_bf16(double x) noexcept { return to_bf16(to_float_odd(x)); }

}  // namespace pare
