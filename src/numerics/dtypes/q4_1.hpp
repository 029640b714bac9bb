#pragma once

#include "numerics/block_codec.hpp"

namespace pare {

/// 32 values share a float16 step d and a float16 least value m: x ~ d * code + m.
/// Layout, 20 bytes: [0,2) d; [2,4) m; byte 4+i holds value i in its low nibble, i+16 in the high.
struct Q4_1 {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 20;
  static constexpr float kLimit = kGreatestF16;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
    const auto [least, most] = std::minmax_element(x.begin(), x.end());
    const float m = *least;
    const float d = (*most - m) / 15;
    const float inverse = store_f16<0>(out, d) == 0 ? 0 : reciprocal(d);
    store_f16<2>(out, m);
    const auto code = [&](float v) {
      return std::min(15U, static_cast<std::uint32_t>((v - m) * inverse + 0.5F));
    };
    for (std::size_t i = 0; i < 16; ++i) out[4 + i] = nibbles(code(x[i]), code(x[i + 16]));
  }

  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
    const float d = load_f16<0>(in);
    const float m = load_f16<2>(in);
    for (std::size_t i = 0; i < 16; ++i) {
      x[i] = d * static_cast<float>(low_nibble(in[4 + i])) + m;
      x[i + 16] = d * static_cast<float>(high_nibble(in[4 + i])) + m;
    }
  }
};

/// NaN counts as 0. A block of one value only keeps it with float16 precision.
inline DtypeInfo dtype_q4_1() { return block_dtype<Q4_1>("q4_1", "ggml Q4_1 (GGUF type 3)"); }

}  // namespace pare
