#pragma once

#include "numerics/block_codec.hpp"

namespace pare {

/// 256 values -1, 0, 1 times one float16 step d = amax, five of them in a byte: for weights that
/// are ternary already. Others are rounded to the nearest multiple of amax, half away from zero.
/// A byte holds the trits t0 ... t4 (value + 1, the first most significant) as
/// ceil(256 v / 243), v = 81 t0 + 27 t1 + 9 t2 + 3 t3 + t4.
/// Layout, 54 bytes: byte m < 32 holds values m + 32n, n = 0 ... 4; byte 32 + m, m < 16, values
/// 160 + m + 16n; byte 48 + j, j < 4, values 240 + j + 4n, n = 0 ... 3 (t4 = 0); [52,54) d.
struct Tq1Block {
  static constexpr std::size_t kValues = 256;
  static constexpr std::size_t kBytes = 54;
  static constexpr float kLimit = kGreatestF16;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

/// The same values, two bits each (value + 1; code 3 reads as 2 d).
/// Layout, 66 bytes: byte 32g + m holds values 128g + m + 32n at bits 2n; [64,66) d.
struct Tq2Block {
  static constexpr std::size_t kValues = 256;
  static constexpr std::size_t kBytes = 66;
  static constexpr float kLimit = kGreatestF16;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

}  // namespace pare
