#pragma once

#include "numerics/block_codec.hpp"

namespace pare {

/// 32 signed bytes share one float16 step d = amax / 127: x ~ d * code, rounded half away from 0.
/// Layout, 34 bytes: [0,2) d; byte 2+i is value i.
struct Q8_0 {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 34;
  static constexpr float kLimit = 127 * kGreatestF16;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
    const float d = std::abs(signed_extreme(x)) / 127;
    const float inverse = store_f16<0>(out, d) == 0 ? 0 : reciprocal(d);
    for (std::size_t i = 0; i < kValues; ++i) {
      out[2 + i] = static_cast<std::byte>(static_cast<int>(std::round(x[i] * inverse)));
    }
  }

  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
    const float d = load_f16<0>(in);
    for (std::size_t i = 0; i < kValues; ++i) {
      x[i] = d * static_cast<float>(std::to_integer<std::int8_t>(in[2 + i]));
    }
  }
};

/// NaN counts as 0.
inline DtypeInfo dtype_q8_0() { return block_dtype<Q8_0>("q8_0", "ggml Q8_0 (GGUF type 8)"); }

}  // namespace pare
