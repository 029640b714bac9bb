#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include "numerics/element_codec.hpp"
#include "numerics/stochastic.hpp"

namespace pare {

/// Which power of two stands for a number between two of them.
enum class ScaleRounding : std::uint8_t { nearest, up, down };

/// Value of an E8M0 code: 2^(code - 127); 0xFF is NaN. Exact (code 0 is a subnormal float).
[[nodiscard]] constexpr float decode_e8m0(std::uint8_t code) noexcept {
  if (code == 0xFFU) return std::numeric_limits<float>::quiet_NaN();
  return std::bit_cast<float>(code == 0 ? 0x00400000U : static_cast<std::uint32_t>(code) << 23);
}

/// Code of x. Nearest: half way between two powers (1.5 * 2^n) goes to the even code. Zero and
/// magnitudes below 2^-127 give code 0, above 2^127 saturates, NaN and negative numbers give NaN.
[[nodiscard]] constexpr std::uint8_t encode_e8m0(
    float x, ScaleRounding rounding = ScaleRounding::nearest) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude == 0) return 0;
  if (magnitude > 0x7F800000U || (bits >> 31) != 0) return 0xFFU;
  std::uint32_t code = magnitude >> 23;
  std::uint32_t fraction = magnitude & 0x7FFFFFU;
  if (code == 0) {  // subnormal floats: 2^-127 is 0x00400000, so one bit more belongs to the code
    if (magnitude <= 0x00400000U) return 0;
    fraction = (magnitude << 1) & 0x7FFFFFU;
  }
  const bool beyond_half = fraction > 0x400000U || (fraction == 0x400000U && (code & 1U) != 0);
  if (rounding == ScaleRounding::up ? fraction != 0
                                    : rounding == ScaleRounding::nearest && beyond_half) {
    ++code;
  }
  return static_cast<std::uint8_t>(std::min(code, 254U));
}

/// The Code of an ElementCodec.
struct E8M0Code {
  static constexpr std::uint32_t kSign = 0;
  static constexpr std::uint32_t kUnit = 1;
  static constexpr float kLeast = 0x1p-127F;
  static constexpr float kGreatest = 0x1p127F;

  static float value(std::uint32_t code) noexcept {
    return decode_e8m0(static_cast<std::uint8_t>(code));
  }
  static std::uint32_t code(float x) noexcept { return encode_e8m0(x); }
  static std::uint32_t code(float x, std::uint32_t random) noexcept {
    return x < 0 ? code(x) : stochastic_float<E8M0Code>(x, random);
  }
  static std::uint32_t join(std::uint32_t magnitude, bool /*negative*/) noexcept {
    return magnitude;
  }
};

using E8M0s = ElementCodec<E8M0Code, Words<std::uint8_t>>;

}  // namespace pare
