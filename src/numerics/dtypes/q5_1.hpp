#pragma once

#include "numerics/block_codec.hpp"

namespace pare {

/// 32 values share a float16 step d and a float16 least value m: x ~ d * code + m.
/// Layout, 24 bytes: [0,2) d; [2,4) m; [4,8) the fifth bits, bit i of value i; byte 8+i holds the
/// low four bits of value i in its low nibble, of value i+16 in the high one.
struct Q5_1 {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 24;
  static constexpr float kLimit = kGreatestF16;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
    const auto [least, most] = std::minmax_element(x.begin(), x.end());
    const float m = *least;
    const float d = (*most - m) / 31;
    const float inverse = store_f16<0>(out, d) == 0 ? 0 : reciprocal(d);
    store_f16<2>(out, m);
    const auto code = [&](float v) {
      return std::min(31U, static_cast<std::uint32_t>((v - m) * inverse + 0.5F));
    };
    std::uint32_t fifth = 0;
    for (std::size_t i = 0; i < 16; ++i) {
      const std::uint32_t low = code(x[i]);
      const std::uint32_t high = code(x[i + 16]);
      fifth |= (low >> 4) << i | (high >> 4) << (i + 16);
      out[8 + i] = nibbles(low, high);
    }
    store_bits<4>(out, fifth, 4);
  }

  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
    const float d = load_f16<0>(in);
    const float m = load_f16<2>(in);
    const std::uint32_t fifth = load_bits<4>(in, 4);
    for (std::size_t i = 0; i < 16; ++i) {
      const std::uint32_t low = low_nibble(in[8 + i]) | ((fifth >> i) & 1U) << 4;
      const std::uint32_t high = high_nibble(in[8 + i]) | ((fifth >> (i + 16)) & 1U) << 4;
      x[i] = d * static_cast<float>(low) + m;
      x[i + 16] = d * static_cast<float>(high) + m;
    }
  }
};

/// NaN counts as 0. A block of one value only keeps it with float16 precision.
inline DtypeInfo dtype_q5_1() { return block_dtype<Q5_1>("q5_1", "ggml Q5_1 (GGUF type 7)"); }

}  // namespace pare
