#pragma once

#include "numerics/block_codec.hpp"

namespace pare {

/// 32 values share one float16 step d: x ~ d * (code - 16), the signed extreme becomes code 0.
/// Layout, 22 bytes: [0,2) d; [2,6) the fifth bits, bit i of value i; byte 6+i holds the low four
/// bits of value i in its low nibble, of value i+16 in the high one.
struct Q5_0 {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 22;
  static constexpr float kLimit = 16 * kGreatestF16;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
    const float d = signed_extreme(x) / -16;
    const float inverse = store_f16<0>(out, d) == 0 ? 0 : reciprocal(d);
    const auto code = [&](float v) {
      return std::min(31U, static_cast<std::uint32_t>(v * inverse + 16.5F));
    };
    std::uint32_t fifth = 0;
    for (std::size_t i = 0; i < 16; ++i) {
      const std::uint32_t low = code(x[i]);
      const std::uint32_t high = code(x[i + 16]);
      fifth |= (low >> 4) << i | (high >> 4) << (i + 16);
      out[6 + i] = nibbles(low, high);
    }
    store_bits<2>(out, fifth, 4);
  }

  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
    const float d = load_f16<0>(in);
    const std::uint32_t fifth = load_bits<2>(in, 4);
    for (std::size_t i = 0; i < 16; ++i) {
      const std::uint32_t low = low_nibble(in[6 + i]) | ((fifth >> i) & 1U) << 4;
      const std::uint32_t high = high_nibble(in[6 + i]) | ((fifth >> (i + 16)) & 1U) << 4;
      x[i] = d * (static_cast<float>(low) - 16);
      x[i + 16] = d * (static_cast<float>(high) - 16);
    }
  }
};

/// NaN counts as 0.
inline DtypeInfo dtype_q5_0() { return block_dtype<Q5_0>("q5_0", "ggml Q5_0 (GGUF type 6)"); }

}  // namespace pare
