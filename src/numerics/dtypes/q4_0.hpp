#pragma once

#include "numerics/block_codec.hpp"

namespace pare {

/// 32 values share one float16 step d: x ~ d * (code - 8), where the value of greatest magnitude,
/// with its sign, becomes code 0 (so d may be negative). Codes are rounded half up.
/// Layout, 18 bytes: [0,2) d; byte 2+i holds value i in its low nibble, i+16 in the high one.
struct Q4_0 {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 18;
  static constexpr float kLimit = 8 * kGreatestF16;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
    const float d = signed_extreme(x) / -8;
    const float inverse = store_f16<0>(out, d) == 0 ? 0 : reciprocal(d);
    const auto code = [&](float v) {
      return std::min(15U, static_cast<std::uint32_t>(v * inverse + 8.5F));
    };
    for (std::size_t i = 0; i < 16; ++i) out[2 + i] = nibbles(code(x[i]), code(x[i + 16]));
  }

  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
    const float d = load_f16<0>(in);
    for (std::size_t i = 0; i < 16; ++i) {
      x[i] = d * (static_cast<float>(low_nibble(in[2 + i])) - 8);
      x[i + 16] = d * (static_cast<float>(high_nibble(in[2 + i])) - 8);
    }
  }
};

/// NaN counts as 0.
inline DtypeInfo dtype_q4_0() { return block_dtype<Q4_0>("q4_0", "ggml Q4_0 (GGUF type 2)"); }

}  // namespace pare
