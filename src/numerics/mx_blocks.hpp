#pragma once

#include "numerics/block_codec.hpp"
#include "numerics/e8m0.hpp"
#include "numerics/minifloat.hpp"

// Blocks of small elements under a shared scale. Source: OCP Microscaling Formats (MX)
// Specification, version 1.0; NVIDIA NVFP4; ggml.

namespace pare {

/// The code of the shared power of two: floor(log2(amax)) less the exponent of the element format's
/// greatest number, within [0, 254]; 0 for zeros, 255 (NaN) where a value is not finite.
[[nodiscard]] inline std::uint8_t shared_scale(const float* in, std::size_t n,
                                               int element_exponent) {
  const float amax = std::fabs(extreme_of(in, n));
  if (!std::isfinite(amax)) return 0xFF;
  if (amax == 0) return 0;
  int exponent = 0;
  std::frexp(amax, &exponent);  // amax = f * 2^exponent, f in [1/2, 1)
  return static_cast<std::uint8_t>(std::clamp(exponent - 1 - element_exponent + 127, 0, 254));
}

/// x / 2^(code - 127), exactly: the power may not be a float.
[[nodiscard]] inline float unscaled(float x, std::uint8_t code) noexcept {
  return std::ldexp(x, 127 - static_cast<int>(code));
}

/// 32 elements of kBits bits, one behind the other from the low bits on, behind an E8M0 scale.
/// Element: value(code) and code(x), saturating; kExponent of its greatest number.
template <class Element, unsigned kBits, int kExponent>
struct MxBlock {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 1 + kValues * kBits / 8;

  static void decode(const std::byte* in, float* out) {
    const float scale = decode_e8m0(std::to_integer<std::uint8_t>(in[0]));
    for (std::size_t e = 0; e < kValues; ++e) {
      const std::size_t bit = e * kBits;
      unsigned word = std::to_integer<unsigned>(in[1 + bit / 8]);
      if (bit % 8 + kBits > 8) word |= std::to_integer<unsigned>(in[2 + bit / 8]) << 8;
      out[e] = scale * Element::value(word >> (bit % 8) & ((1U << kBits) - 1U));
    }
  }
  static void encode(const float* in, std::byte* out) {
    const std::uint8_t scale = shared_scale(in, kValues, kExponent);
    std::array<unsigned, kBytes + 1> bytes{};
    bytes[0] = scale;
    for (std::size_t e = 0; e < kValues && scale != 0xFF; ++e) {
      const std::size_t bit = e * kBits;
      const unsigned word = Element::code(unscaled(in[e], scale)) << (bit % 8);
      bytes[1 + bit / 8] |= word & 255U;
      bytes[2 + bit / 8] |= word >> 8;
    }
    for (std::size_t j = 0; j < kBytes; ++j) out[j] = static_cast<std::byte>(bytes[j]);
  }
};

/// Signed bytes of 1/64: -127/64 to 127/64.
struct SixtyFourths {
  static float value(std::uint32_t code) noexcept {
    return static_cast<float>(static_cast<std::int8_t>(code)) / 64;
  }
  static std::uint32_t code(float x) noexcept {
    const float steps = std::clamp(std::nearbyint(x * 64), -127.0F, 127.0F);
    return static_cast<std::uint32_t>(static_cast<int>(steps)) & 255U;
  }
};

/// E2M1 under an E8M0 scale in ggml's order: byte j holds elements j (low) and j + 16 (high).
struct GgmlMxBlock {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 17;

  static void decode(const std::byte* in, float* out) {
    const float scale = decode_e8m0(std::to_integer<std::uint8_t>(in[0]));
    for (std::size_t e = 0; e < kValues; ++e) {
      const auto byte = std::to_integer<unsigned>(in[1 + e % 16]);
      out[e] = scale * kMinifloatValues<kE2M1>[byte >> (e < 16 ? 0 : 4) & 15U];
    }
  }
  static void encode(const float* in, std::byte* out) {
    const std::uint8_t scale = shared_scale(in, kValues, 2);
    std::array<unsigned, 16> bytes{};
    for (std::size_t e = 0; e < kValues && scale != 0xFF; ++e) {
      bytes[e % 16] |= encode_minifloat(kE2M1, unscaled(in[e], scale)) << (e < 16 ? 0 : 4);
    }
    out[0] = static_cast<std::byte>(scale);
    for (std::size_t j = 0; j < 16; ++j) out[1 + j] = static_cast<std::byte>(bytes[j]);
  }
};

/// The E4M3 scale of 16 values for E2M1 elements: amax / 6, at least 2^-9, at most 448; 1 for
/// zeros, NaN (0x7F) where a value is not finite.
[[nodiscard]] inline std::uint32_t nvfp4_scale(const float* in) {
  constexpr std::uint32_t kOne = 0x38;
  const float amax = std::fabs(extreme_of(in, 16));
  if (!std::isfinite(amax)) return 0x7F;
  if (amax == 0) return kOne;
  return std::max(encode_minifloat(kE4M3FN, amax / 6), 1U);
}

/// 16 E2M1 elements, two to a byte, the first in the low half, behind an E4M3 scale; what a
/// tensor's float32 scale divides beforehand lies outside of the block.
struct NvBlock {
  static constexpr std::size_t kValues = 16;
  static constexpr std::size_t kBytes = 9;

  static void decode(const std::byte* in, float* out) {
    const float scale = decode_minifloat(kE4M3FN, std::to_integer<unsigned>(in[0]) & 0x7FU);
    for (std::size_t e = 0; e < kValues; ++e) {
      const auto byte = std::to_integer<unsigned>(in[1 + e / 2]);
      out[e] = scale * kMinifloatValues<kE2M1>[byte >> (e % 2 * 4) & 15U];
    }
  }
  static void encode(const float* in, std::byte* out) {
    const std::uint32_t code = nvfp4_scale(in);
    const float scale = decode_minifloat(kE4M3FN, code);  // as rounded
    std::array<unsigned, 8> bytes{};
    for (std::size_t e = 0; e < kValues && code != 0x7F; ++e) {
      bytes[e / 2] |= encode_minifloat(kE2M1, in[e] / scale) << (e % 2 * 4);
    }
    out[0] = static_cast<std::byte>(code);
    for (std::size_t j = 0; j < 8; ++j) out[1 + j] = static_cast<std::byte>(bytes[j]);
  }
};

/// ggml's container of the same: four scales, then four times 16 elements, byte 8 s + j holds
/// elements 16 s + j (low) and 16 s + j + 8 (high).
struct GgmlNvBlock {
  static constexpr std::size_t kValues = 64;
  static constexpr std::size_t kBytes = 36;

  static void decode(const std::byte* in, float* out) {
    for (std::size_t e = 0; e < kValues; ++e) {
      const auto code = std::to_integer<unsigned>(in[e / 16]) & 0x7FU;
      const float scale = code == 0x7F ? 0 : decode_minifloat(kE4M3FN, code);
      const auto byte = std::to_integer<unsigned>(in[4 + e / 16 * 8 + e % 8]);
      out[e] = scale * kMinifloatValues<kE2M1>[byte >> (e % 16 < 8 ? 0 : 4) & 15U];
    }
  }
  static void encode(const float* in, std::byte* out) {
    std::array<unsigned, kBytes> bytes{};
    for (std::size_t s = 0; s < 4; ++s) {
      const std::uint32_t code = nvfp4_scale(in + 16 * s);
      bytes[s] = code;
      const float scale = decode_minifloat(kE4M3FN, code);
      for (std::size_t e = 0; e < 16 && code != 0x7F; ++e) {
        bytes[4 + 8 * s + e % 8] |= encode_minifloat(kE2M1, in[16 * s + e] / scale)
                                    << (e < 8 ? 0 : 4);
      }
    }
    for (std::size_t j = 0; j < kBytes; ++j) out[j] = static_cast<std::byte>(bytes[j]);
  }
};

/// 64 NF4 values under their greatest magnitude in float32, which comes first; the first value of a
/// byte in the low half (bitsandbytes: high).
template <class Code>
struct AbsmaxBlock {
  static constexpr std::size_t kValues = 64;
  static constexpr std::size_t kBytes = 36;

  static void decode(const std::byte* in, float* out) {
    float scale = 0;
    std::memcpy(&scale, in, sizeof scale);
    for (std::size_t e = 0; e < kValues; ++e) {
      const auto byte = std::to_integer<unsigned>(in[4 + e / 2]);
      out[e] = scale * Code::value(byte >> (e % 2 * 4) & 15U);
    }
  }
  static void encode(const float* in, std::byte* out) {
    const float scale = std::fabs(extreme_of(in, kValues));
    std::memcpy(out, &scale, sizeof scale);
    const float inverse = inverse_scale(scale);
    std::array<unsigned, 32> bytes{};
    for (std::size_t e = 0; e < kValues; ++e) {
      bytes[e / 2] |= Code::code(in[e] * inverse) << (e % 2 * 4);
    }
    for (std::size_t j = 0; j < 32; ++j) out[4 + j] = static_cast<std::byte>(bytes[j]);
  }
};

}  // namespace pare
