#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "numerics/dtype.hpp"
#include "numerics/float16.hpp"

namespace pare {

/// Greatest finite float16: the greatest step that a float16 scale can hold.
inline constexpr float kGreatestF16 = 65504;

/// Little-endian numbers at any address of a block.
template <std::size_t kAt, std::size_t kSize>
[[nodiscard]] std::uint32_t load_bits(std::span<const std::byte, kSize> in, unsigned bytes) {
  std::uint32_t bits = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    bits |= std::to_integer<std::uint32_t>(in[kAt + i]) << (8 * i);
  }
  return bits;
}
template <std::size_t kAt, std::size_t kSize>
void store_bits(std::span<std::byte, kSize> out, std::uint32_t bits, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out[kAt + i] = static_cast<std::byte>(bits >> (8 * i));
}

/// The float16 at byte kAt of a block.
template <std::size_t kAt, std::size_t kSize>
[[nodiscard]] float load_f16(std::span<const std::byte, kSize> in) {
  return to_float(F16{static_cast<std::uint16_t>(load_bits<kAt>(in, 2))});
}
/// Writes x as the nearest finite float16 and returns what was written.
template <std::size_t kAt, std::size_t kSize>
float store_f16(std::span<std::byte, kSize> out, float x) {
  const F16 half = to_f16(std::clamp(x, -kGreatestF16, kGreatestF16));
  store_bits<kAt>(out, half.bits, 2);
  return to_float(half);
}

[[nodiscard]] inline std::uint32_t low_nibble(std::byte b) noexcept {
  return std::to_integer<std::uint32_t>(b) & 15U;
}
[[nodiscard]] inline std::uint32_t high_nibble(std::byte b) noexcept {
  return std::to_integer<std::uint32_t>(b) >> 4;
}
[[nodiscard]] inline std::byte nibbles(std::uint32_t low, std::uint32_t high) noexcept {
  return static_cast<std::byte>((low & 15U) | (high << 4));
}

/// 1 / x, or 0 where that is not finite: the factor of a step that is zero or nearly so.
[[nodiscard]] inline float reciprocal(float x) noexcept {
  const float inverse = 1 / x;
  return std::isfinite(inverse) ? inverse : 0.0F;
}

/// x of greatest magnitude, with its sign (the first of equals); 0 for nothing.
[[nodiscard]] inline float signed_extreme(std::span<const float> x) noexcept {
  float extreme = 0;
  for (const float v : x) {
    if (std::abs(v) > std::abs(extreme)) extreme = v;
  }
  return extreme;
}

/// What a block format is made of. A type Block has
///   kValues, kBytes  values and bytes of one block;
///   kLimit           greatest magnitude that it can hold: encode() limits values to it first;
///   kNan             what a NaN does: `zero` counts it as 0, `block` leaves it to Block::encode;
///   encode(span<const float, kValues>, span<byte, kBytes>) of numbers within +-kLimit;
///   decode(span<const byte, kBytes>, span<float, kValues>) of any bytes.
enum class BlockNan : std::uint8_t { zero, block };

/// DtypeInfo::decode and encode of a block format. Infinity counts as the format's greatest value.
template <class Block>
struct BlockCodec {
  static void decode(std::span<const std::byte> in, std::span<float> out) {
    std::array<float, Block::kValues> whole;
    const std::size_t blocks = in.size() / Block::kBytes;
    for (std::size_t b = 0; b < blocks && b * Block::kValues < out.size(); ++b) {
      const auto bytes = in.subspan(b * Block::kBytes).template first<Block::kBytes>();
      const std::span<float> rest = out.subspan(b * Block::kValues);
      if (rest.size() >= Block::kValues) {
        Block::decode(bytes, rest.template first<Block::kValues>());
      } else {
        Block::decode(bytes, whole);
        std::copy_n(whole.begin(), rest.size(), rest.begin());
      }
    }
  }

  static void encode(std::span<const float> in, std::span<std::byte> out) {
    std::array<float, Block::kValues> x;
    const std::size_t blocks = out.size() / Block::kBytes;
    for (std::size_t b = 0; b < blocks; ++b) {
      load(in, b, x);
      Block::encode(x, out.subspan(b * Block::kBytes).template first<Block::kBytes>());
    }
  }

  /// Values of block b, within the limits; zeros behind the end of `in`.
  static void load(std::span<const float> in, std::size_t b, std::array<float, Block::kValues>& x) {
    const std::size_t first = std::min(b * Block::kValues, in.size());
    const std::size_t n = std::min(Block::kValues, in.size() - first);
    x.fill(0);
    for (std::size_t i = 0; i < n; ++i) {
      const float v = in[first + i];
      const bool nan = std::isnan(v);
      if (nan && Block::kNan == BlockNan::zero) continue;
      x[i] = nan ? v : std::clamp(v, -Block::kLimit, Block::kLimit);
    }
  }
};

/// The description of a block format.
template <class Block>
[[nodiscard]] DtypeInfo block_dtype(std::string_view name, std::string_view source) {
  return {.name = name,
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -double{Block::kLimit},
          .max = double{Block::kLimit},
          .source = source,
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
