#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "numerics/minifloat.hpp"

namespace pare {

/// Several codes in one byte, the first in the low bits (as ONNX packs sub-byte types).
/// Calls value(code) for every code; `out` may end before the last byte does.
template <unsigned kBits, class Value>
void decode_packed(std::span<const std::byte> in, std::span<float> out, Value value) {
  constexpr std::size_t kPerByte = 8 / kBits;
  constexpr std::uint32_t kMask = (1U << kBits) - 1U;
  const std::size_t n = std::min(out.size(), in.size() * kPerByte);
  for (std::size_t i = 0; i < n; ++i) {
    const auto byte = std::to_integer<std::uint32_t>(in[i / kPerByte]);
    out[i] = value((byte >> (i % kPerByte * kBits)) & kMask);
  }
}

/// The reverse: code(x) for every value; unused bits of the last byte are zero.
template <unsigned kBits, class Code>
void encode_packed(std::span<const float> in, std::span<std::byte> out, Code code) {
  constexpr std::size_t kPerByte = 8 / kBits;
  constexpr std::uint32_t kMask = (1U << kBits) - 1U;
  for (std::size_t byte = 0; byte < out.size(); ++byte) {
    std::uint32_t packed = 0;
    const std::size_t first = byte * kPerByte;
    const std::size_t last = std::min(first + kPerByte, in.size());
    for (std::size_t i = first; i < last; ++i) {
      packed |= (code(in[i]) & kMask) << ((i - first) * kBits);
    }
    out[byte] = static_cast<std::byte>(packed);
  }
}

/// Two's complement (kSigned) or plain integers of kBits bits: half to even, saturating, NaN is 0.
template <unsigned kBits, bool kSigned>
struct SmallInteger {
  static constexpr int kLeast = kSigned ? -(1 << (kBits - 1)) : 0;
  static constexpr int kGreatest = kSigned ? (1 << (kBits - 1)) - 1 : (1 << kBits) - 1;

  static float value(std::uint32_t code) noexcept {
    const int plain = static_cast<int>(code);
    return static_cast<float>(plain > kGreatest ? plain - (1 << kBits) : plain);
  }
  static std::uint32_t code(float x) noexcept {
    if (std::isnan(x)) return 0;
    const float inside = std::clamp(x, static_cast<float>(kLeast), static_cast<float>(kGreatest));
    return static_cast<std::uint32_t>(static_cast<int>(std::nearbyint(inside)));
  }
  static void decode(std::span<const std::byte> in, std::span<float> out) {
    decode_packed<kBits>(in, out, value);
  }
  static void encode(std::span<const float> in, std::span<std::byte> out) {
    encode_packed<kBits>(in, out, code);
  }
};

/// Small floats packed several to a byte.
template <MiniSpec kSpec>
struct PackedMinifloat {
  static constexpr auto kBits = static_cast<unsigned>(kSpec.bits());

  static void decode(std::span<const std::byte> in, std::span<float> out) {
    decode_packed<kBits>(in, out, [](std::uint32_t c) { return kMinifloatValues<kSpec>[c]; });
  }
  static void encode(std::span<const float> in, std::span<std::byte> out) {
    encode_packed<kBits>(in, out, [](float x) { return encode_minifloat(kSpec, x); });
  }
};

}  // namespace pare
