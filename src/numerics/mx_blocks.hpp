#pragma once

#include "numerics/block_codec.hpp"
#include "numerics/e8m0.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 6-bit floats of the OCP Microscaling specification: every code is a finite number.
inline constexpr MiniSpec kMxE2M3 = {2, 3, 1, MiniSpecials::none};
inline constexpr MiniSpec kMxE3M2 = {3, 2, 3, MiniSpecials::none};

/// E8M0 code of the scale that MX blocks share: floor(log2 amax) - emax, limited to what E8M0
/// holds; emax is the exponent of the element's greatest value. Code 0 (2^-127) for a block of
/// zeros, 0xFF (NaN) when a value is NaN. Source: OCP MX specification 1.0, section 6.3.
[[nodiscard]] inline std::uint8_t mx_scale_code(std::span<const float> x, int emax) noexcept {
  float amax = 0;
  for (const float v : x) {
    if (std::isnan(v)) return 0xFFU;
    amax = std::max(amax, std::abs(v));
  }
  if (amax == 0) return 0;
  return static_cast<std::uint8_t>(std::clamp(std::ilogb(amax) - emax + 127, 0, 254));
}

/// 1 / decode_e8m0(code), exactly; 0 for the code of NaN.
[[nodiscard]] inline float mx_inverse_scale(std::uint8_t code) noexcept {
  return code == 0xFFU ? 0.0F : decode_e8m0(static_cast<std::uint8_t>(254U - code));
}

/// 32 small floats share one power of two: x ~ 2^(s - 127) * element. Elements are rounded to
/// nearest even and saturate. A NaN makes the whole block NaN (s = 0xFF).
/// Layout: byte 0 is s; then the elements as one little-endian stream of bits: element i of b bits
/// begins at bit b * i of it.
template <MiniSpec kElement>
struct MxBlock {
  static constexpr auto kBits = static_cast<std::size_t>(kElement.bits());
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 1 + kValues * kBits / 8;
  static constexpr float kGreatest = decode_minifloat(kElement, kElement.max_code());
  static constexpr int kEmax =
      static_cast<int>(std::bit_cast<std::uint32_t>(kGreatest) >> 23) - 127;
  static constexpr float kLimit = kGreatest * power_of_two(127 - kEmax);
  static constexpr BlockNan kNan = BlockNan::block;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
    const std::uint8_t scale = mx_scale_code(x, kEmax);
    const float inverse = mx_inverse_scale(scale);
    std::fill(out.begin(), out.end(), std::byte{0});
    out[0] = std::byte{scale};
    if (scale == 0xFFU) return;
    for (std::size_t i = 0; i < kValues; ++i) {
      const std::uint32_t code = encode_minifloat(kElement, x[i] * inverse);
      const std::size_t at = i * kBits;
      const std::uint32_t placed = code << (at % 8);
      out[1 + at / 8] |= static_cast<std::byte>(placed);
      if (at % 8 + kBits > 8) out[2 + at / 8] |= static_cast<std::byte>(placed >> 8);
    }
  }

  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
    const float scale = decode_e8m0(std::to_integer<std::uint8_t>(in[0]));
    for (std::size_t i = 0; i < kValues; ++i) {
      const std::size_t at = i * kBits;
      auto bits = std::to_integer<std::uint32_t>(in[1 + at / 8]);
      if (at % 8 + kBits > 8) bits |= std::to_integer<std::uint32_t>(in[2 + at / 8]) << 8;
      const std::uint32_t code = (bits >> (at % 8)) & ((1U << kBits) - 1U);
      x[i] = scale * kMinifloatValues<kElement>[code];
    }
  }
};

/// 32 signed bytes share one power of two: x ~ 2^(s - 127) * q / 64 with |q| <= 127, so that the
/// range is symmetric (-128 is read, never written). NaN as in MxBlock.
/// Layout, 33 bytes: byte 0 is s; byte 1+i is value i.
struct MxInt8Block {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 33;
  static constexpr float kLimit = 0x1.FCp127F;
  static constexpr BlockNan kNan = BlockNan::block;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
    const std::uint8_t scale = mx_scale_code(x, 0);
    const float inverse = mx_inverse_scale(scale);
    std::fill(out.begin(), out.end(), std::byte{0});
    out[0] = std::byte{scale};
    if (scale == 0xFFU) return;
    for (std::size_t i = 0; i < kValues; ++i) {
      const float q = std::clamp(std::nearbyint(x[i] * inverse * 64), -127.0F, 127.0F);
      out[1 + i] = static_cast<std::byte>(static_cast<int>(q));
    }
  }

  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
    const float scale = decode_e8m0(std::to_integer<std::uint8_t>(in[0]));
    for (std::size_t i = 0; i < kValues; ++i) {
      const auto q = static_cast<float>(std::to_integer<std::int8_t>(in[1 + i]));
      x[i] = scale * (q * 0x1.0p-6F);
    }
  }
};

/// MXFP4 as ggml stores it: the bytes of MxBlock<kE2M1> but for the order of the elements (byte
/// 1+i holds element i in its low nibble, i+16 in the high one) and for s = 0xFF, which is 2^128
/// here, so that there is no NaN. The encoder counts NaN as 0.
struct GgmlMxfp4Block {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 17;
  static constexpr float kLimit = MxBlock<kE2M1>::kLimit;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
    const std::uint8_t scale = mx_scale_code(x, MxBlock<kE2M1>::kEmax);
    const float inverse = mx_inverse_scale(scale);
    out[0] = std::byte{scale};
    const auto code = [&](float v) { return encode_minifloat(kE2M1, v * inverse); };
    for (std::size_t i = 0; i < 16; ++i) out[1 + i] = nibbles(code(x[i]), code(x[i + 16]));
  }

  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
    const auto s = std::to_integer<std::uint8_t>(in[0]);
    // Half the scale and twice the element: 2^128 itself is no float, 2^127 * 0.5 * 2 is fine.
    const float half = s == 0xFFU ? 0x1.0p127F : decode_e8m0(s) * 0.5F;
    const auto value = [&](std::uint32_t code) {
      return half * (2 * kMinifloatValues<kE2M1>[code]);
    };
    for (std::size_t i = 0; i < 16; ++i) {
      x[i] = value(low_nibble(in[1 + i]));
      x[i + 16] = value(high_nibble(in[1 + i]));
    }
  }
};

}  // namespace pare
