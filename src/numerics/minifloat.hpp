#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "numerics/element_codec.hpp"
#include "numerics/stochastic.hpp"

namespace pare {

/// How a small float spends its highest codes.
enum class MiniSpecials : std::uint8_t {
  ieee,  ///< all exponent bits set: infinity (mantissa 0) and NaN (else)
  fn,    ///< no infinity; all bits below the sign set is NaN
  fnuz,  ///< no infinity, no negative zero; its code (sign bit alone) is the only NaN
  none   ///< every code is a finite number
};

/// A binary floating-point format of at most 8 bits: sign, exponent, mantissa, from the top.
struct MiniSpec {
  int exponent_bits = 0;
  int mantissa_bits = 0;
  int bias = 0;  ///< odd where there is no mantissa, or the even neighbour is not found
  MiniSpecials specials = MiniSpecials::ieee;
  bool has_sign = true;  ///< without one, negative numbers become 0 and its bit is ignored

  /// Bits below a byte count from the bottom; those of a format without sign leave its place out.
  [[nodiscard]] constexpr int bits() const noexcept {
    return (has_sign ? 1 : 0) + exponent_bits + mantissa_bits;
  }
  [[nodiscard]] constexpr std::uint32_t sign_mask() const noexcept {
    return 1U << (exponent_bits + mantissa_bits);
  }
  [[nodiscard]] constexpr std::uint32_t mantissa_mask() const noexcept {
    return (1U << mantissa_bits) - 1U;
  }
  /// Code of the greatest finite value.
  [[nodiscard]] constexpr std::uint32_t max_code() const noexcept {
    const std::uint32_t all = sign_mask() - 1U;
    if (specials == MiniSpecials::ieee) return all - mantissa_mask() - 1U;
    return specials == MiniSpecials::fn ? all - 1U : all;
  }
  /// The NaN that encode() writes (formats without one: the greatest finite value).
  [[nodiscard]] constexpr std::uint32_t nan_code() const noexcept {
    if (specials == MiniSpecials::fnuz) return sign_mask();
    return specials == MiniSpecials::none ? max_code() : sign_mask() - 1U;
  }
};

/// 2^exponent for the exponents of normal binary32 numbers.
[[nodiscard]] constexpr float power_of_two(int exponent) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(exponent + 127) << 23);
}

/// Exact value of a code (bits above the sign's are ignored).
[[nodiscard]] constexpr float decode_minifloat(const MiniSpec& spec, std::uint32_t code) noexcept {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const bool negative = spec.has_sign && (code & spec.sign_mask()) != 0;
  const std::uint32_t magnitude = code & (spec.sign_mask() - 1U);
  const std::uint32_t exponent = magnitude >> spec.mantissa_bits;
  const std::uint32_t mantissa = magnitude & spec.mantissa_mask();
  if (spec.specials == MiniSpecials::fnuz && negative && magnitude == 0) return kNan;
  if (magnitude > spec.max_code()) {
    if (spec.specials == MiniSpecials::fn || mantissa != 0) return kNan;
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    return negative ? -kInfinity : kInfinity;
  }
  const std::uint32_t whole = exponent == 0 ? mantissa : mantissa | (1U << spec.mantissa_bits);
  const int power = std::max(static_cast<int>(exponent), 1) - spec.bias - spec.mantissa_bits;
  const float value = static_cast<float>(whole) * power_of_two(power);
  return negative ? -value : value;
}

/// Round to nearest even; magnitudes above the greatest finite value saturate to it. Infinity
/// saturates too, except that `fnuz` formats turn it into NaN (as ONNX Cast with saturate = 1).
[[nodiscard]] constexpr std::uint32_t encode_minifloat(const MiniSpec& spec, float x) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  const std::uint32_t sign = (bits >> 31) != 0 ? spec.sign_mask() : 0U;
  const bool fnuz = spec.specials == MiniSpecials::fnuz;
  if (magnitude > 0x7F800000U || (fnuz && magnitude == 0x7F800000U)) return spec.nan_code();
  if (sign != 0 && !spec.has_sign) return 0;
  const int least_normal = 1 - spec.bias;
  std::uint32_t code = 0;
  if (magnitude < std::bit_cast<std::uint32_t>(power_of_two(least_normal))) {
    // One unit in the last place of `anchor` is the subnormal step, so the addition rounds to it.
    const float anchor = power_of_two(least_normal - spec.mantissa_bits + 23);
    code = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + anchor) -
           std::bit_cast<std::uint32_t>(anchor);
  } else {
    const int drop = 23 - spec.mantissa_bits;
    const std::uint32_t even = (magnitude >> drop) & 1U;
    const std::uint32_t rounded = magnitude + (1U << (drop - 1)) - 1U + even;
    code = (rounded >> drop) - (static_cast<std::uint32_t>(127 - spec.bias) << spec.mantissa_bits);
  }
  code = std::min(code, spec.max_code());
  return fnuz && code == 0 ? 0U : sign | code;
}

/// Values of all codes of a format of `2^bits` codes.
template <MiniSpec kSpec>
inline constexpr auto kMinifloatValues = [] {
  std::array<float, std::size_t{1} << kSpec.bits()> table{};
  for (std::uint32_t code = 0; code < table.size(); ++code) {
    table[code] = decode_minifloat(kSpec, code);
  }
  return table;
}();

/// The Code of an ElementCodec.
template <MiniSpec kSpec>
struct MinifloatCode {
  static constexpr std::uint32_t kSign = kSpec.sign_mask();
  static constexpr std::uint32_t kUnit = 1;
  static constexpr float kGreatest = decode_minifloat(kSpec, kSpec.max_code());
  static constexpr float kLeast = kSpec.has_sign ? -kGreatest : 0.0F;

  static float value(std::uint32_t code) noexcept {
    return kMinifloatValues<kSpec>[code % kMinifloatValues<kSpec>.size()];
  }
  static std::uint32_t code(float x) noexcept { return encode_minifloat(kSpec, x); }
  static std::uint32_t code(float x, std::uint32_t random) noexcept {
    return stochastic_float<MinifloatCode>(x, random);
  }
  static constexpr std::uint32_t join(std::uint32_t magnitude, bool negative) noexcept {
    const bool no_such_zero = kSpec.specials == MiniSpecials::fnuz && magnitude == 0;
    return negative && kSpec.has_sign && !no_such_zero ? kSpec.sign_mask() | magnitude : magnitude;
  }
};

/// Small floats, one to a byte or packed several to a byte.
template <MiniSpec kSpec>
using Minifloats = ElementCodec<MinifloatCode<kSpec>,
                                std::conditional_t<kSpec.bits() >= 7, Words<std::uint8_t>,
                                                   BitStream<static_cast<unsigned>(kSpec.bits())>>>;

inline constexpr MiniSpec kE4M3FN = {4, 3, 7, MiniSpecials::fn};
inline constexpr MiniSpec kE4M3FNUZ = {4, 3, 8, MiniSpecials::fnuz};
inline constexpr MiniSpec kUE4M3 = {4, 3, 7, MiniSpecials::fn, false};
inline constexpr MiniSpec kE5M2 = {5, 2, 15, MiniSpecials::ieee};
inline constexpr MiniSpec kE5M2FNUZ = {5, 2, 16, MiniSpecials::fnuz};
inline constexpr MiniSpec kE3M4 = {3, 4, 3, MiniSpecials::fn};
inline constexpr MiniSpec kE3M4Ieee = {3, 4, 3, MiniSpecials::ieee};
inline constexpr MiniSpec kE2M5 = {2, 5, 1, MiniSpecials::none};
inline constexpr MiniSpec kE2M3 = {2, 3, 1, MiniSpecials::none};
inline constexpr MiniSpec kE3M2 = {3, 2, 3, MiniSpecials::none};
inline constexpr MiniSpec kE2M1 = {2, 1, 1, MiniSpecials::none};
inline constexpr MiniSpec kE3M0 = {3, 0, 3, MiniSpecials::none};

}  // namespace pare
