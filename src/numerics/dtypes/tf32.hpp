#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// The upper 19 bits of a binary32, by their bits.
struct Tf32 {
  static float value(std::uint32_t code) noexcept { return std::bit_cast<float>(code); }
  static std::uint32_t code(float x) noexcept {
    constexpr std::uint32_t kLow = 0x1FFFU;
    const auto bits = std::bit_cast<std::uint32_t>(x);
    if ((bits & 0x7FFFFFFFU) > 0x7F800000U) return (bits | 0x400000U) & ~kLow;
    return (bits + (kLow >> 1) + ((bits >> 13) & 1U)) & ~kLow;
  }
  static std::uint32_t code_stochastic(float x, float u) noexcept {
    if (!std::isfinite(x)) return code(x);
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t low = bits & ~0x1FFFU;
    const std::uint32_t high = low + 0x2000U;
    const float share = static_cast<float>(bits & 0x1FFFU) * 0x1p-13F;
    return u < share && std::isfinite(value(high)) ? high : low;
  }
};

/// TensorFloat-32 as rounding: binary32 with 10 bits of mantissa, stored in 4 bytes. Above its
/// range is infinity.
inline DtypeInfo dtype_tf32() {
  using Packing = BitPacking<32>;
  using Codec = ElementCodec<Tf32, Packing>;
  return {.name = "tf32",
          .group = DtypeClass::floating,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -0x1.ffcp127,
          .max = 0x1.ffcp127,
          .source = "NVIDIA A100 Tensor Core GPU Architecture",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
