#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "numerics/element_codec.hpp"
#include "numerics/float16.hpp"
#include "numerics/stochastic.hpp"

namespace pare {

/// The Code of an ElementCodec for F16 and BF16: overflow gives infinity, NaN stays NaN.
template <class T>
struct HalfCode {
  static constexpr std::uint16_t kSign = 0x8000U;
  static constexpr std::uint32_t kUnit = 1;
  static constexpr float kGreatest = std::is_same_v<T, F16> ? 65504.0F : 0x1.fep127F;
  static constexpr float kLeast = -kGreatest;

  static float value(std::uint16_t code) noexcept { return to_float(T{code}); }
  static std::uint16_t code(float x) noexcept {
    if constexpr (std::is_same_v<T, F16>) {
      return to_f16(x).bits;
    } else {
      return to_bf16(x).bits;
    }
  }
  static std::uint16_t code(float x, std::uint32_t random) noexcept {
    return stochastic_float<HalfCode>(x, random);
  }
  static std::uint16_t join(std::uint32_t magnitude, bool negative) noexcept {
    return static_cast<std::uint16_t>(negative ? magnitude | kSign : magnitude);
  }
};

template <class T>
using HalfFloats = ElementCodec<HalfCode<T>, Words<std::uint16_t>>;

/// For float and double, which hold every float: nothing is rounded, at random or otherwise.
template <class T>
struct WideCode {
  static float value(T code) noexcept { return static_cast<float>(code); }
  static T code(float x) noexcept { return static_cast<T>(x); }
  static T code(float x, std::uint32_t /*random*/) noexcept { return code(x); }
};

template <class T>
using WideFloats = ElementCodec<WideCode<T>, Words<T>>;

/// A binary32 with 10 instead of 23 bits of mantissa, the others zero (on reading: ignored).
/// Overflow gives infinity, NaN stays NaN.
struct Tf32Code {
  static constexpr std::uint32_t kSign = 0x80000000U;
  static constexpr std::uint32_t kUnit = 1U << 13;
  static constexpr float kGreatest = 0x1.ffcp127F;
  static constexpr float kLeast = -kGreatest;

  static float value(std::uint32_t code) noexcept {
    const bool nan = (code & ~kSign) > 0x7F800000U;  // perhaps by the ignored bits alone
    return std::bit_cast<float>(nan ? code : code & ~(kUnit - 1U));
  }
  static std::uint32_t code(float x) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const bool nan = (bits & ~kSign) > 0x7F800000U;
    const std::uint32_t even = (bits >> 13) & 1U;
    return (nan ? bits | 0x400000U : bits + kUnit / 2 - 1 + even) & ~(kUnit - 1U);
  }
  static std::uint32_t code(float x, std::uint32_t random) noexcept {
    return stochastic_float<Tf32Code>(x, random);
  }
  static std::uint32_t join(std::uint32_t magnitude, bool negative) noexcept {
    return negative ? magnitude | kSign : magnitude;
  }
};

/// Truth values in one byte each.
inline void decode_booleans(std::span<const std::byte> in, std::span<float> out) {
  const std::size_t n = std::min(in.size(), out.size());
  for (std::size_t i = 0; i < n; ++i) out[i] = in[i] == std::byte{0} ? 0.0F : 1.0F;
}

/// NaN counts as true, as in C and ONNX Cast.
inline void encode_booleans(std::span<const float> in, std::span<std::byte> out) {
  const std::size_t n = std::min(in.size(), out.size());
  for (std::size_t i = 0; i < n; ++i) out[i] = in[i] == 0.0F ? std::byte{0} : std::byte{1};
}

}  // namespace pare
