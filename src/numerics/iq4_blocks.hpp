#pragma once

#include "numerics/block_codec.hpp"

namespace pare {

/// The 16 levels of ggml's IQ4_NL and IQ4_XS.
inline constexpr std::array<float, 16> kIq4Levels = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                     1,    13,   25,  38,  53,  69,  89,  113};

/// 32 values share one float16 step d: x ~ d * level[code]. encode() takes the step that puts the
/// extreme, with its sign, on -127 and improves it once by least squares weighed by x^2;
/// encode_weighted() tries fifteen steps and weighs as in KQuantBlock, s = twice the mean square of
/// the block. Layout, 18 bytes, as q4_0.
struct Iq4NlBlock {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 18;
  static constexpr float kLimit = 127 * kGreatestF16;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out);
  static void encode_weighted(std::span<const float, kValues> x,
                              std::span<const float, kValues> importance,
                              std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

/// 8 parts of 32 values: x ~ d * (S - 32) * level[code] with 6-bit S. Tries fifteen steps per part.
/// Layout, 136 bytes: [0,2) d; [2,4) the upper two bits of S: of part p at bits 2p; [4,8) the low
/// four bits of part p in nibble p % 2 of byte 4 + p / 2; [8,136) codes: value 32p + l in the low
/// nibble of byte 8 + 16p + l, 32p + 16 + l in the high one.
struct Iq4XsBlock {
  static constexpr std::size_t kValues = 256;
  static constexpr std::size_t kBytes = 136;
  static constexpr float kLimit = 32 * 127 * kGreatestF16;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out);
  static void encode_weighted(std::span<const float, kValues> x,
                              std::span<const float, kValues> importance,
                              std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

}  // namespace pare
