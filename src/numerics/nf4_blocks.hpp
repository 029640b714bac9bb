#pragma once

#include <vector>

#include "numerics/block_codec.hpp"

namespace pare {

/// The 16 levels of NormalFloat-4, ascending (arXiv:2305.14314, appendix E).
inline constexpr std::array<float, 16> kNf4BlockLevels = {-1.0F,
                                                          -0.6961928009986877F,
                                                          -0.5250730514526367F,
                                                          -0.39491748809814453F,
                                                          -0.28444138169288635F,
                                                          -0.18477343022823334F,
                                                          -0.09105003625154495F,
                                                          0.0F,
                                                          0.07958029955625534F,
                                                          0.16093020141124725F,
                                                          0.24611230194568634F,
                                                          0.33791524171829224F,
                                                          0.44070982933044434F,
                                                          0.5626170039176941F,
                                                          0.7229568362236023F,
                                                          1.0F};

/// Code of the level nearest to x; a tie goes to the lower level.
[[nodiscard]] std::uint32_t nf4_block_code(float x) noexcept;

/// 64 NF4 values share one float32 amax: x ~ amax * level[code].
/// Layout, 36 bytes: [0,4) amax; byte 4+i holds value 2i in its high nibble, 2i+1 in the low one
/// (the order of bitsandbytes).
struct Nf4Block {
  static constexpr std::size_t kValues = 64;
  static constexpr std::size_t kBytes = 36;
  static constexpr float kLimit = 0x1.FFFFFEp127F;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

/// The 256 levels of the signed dynamic map of bitsandbytes, ascending, within (-1, 1]: for every
/// power 10^-6 ... 10^0 the middles of 1, 2, 4 ... 64 equal parts of [0.1, 1], with both signs,
/// and 0 and 1. Source: arXiv:2110.02861, section 1.3; bitsandbytes `create_dynamic_map`.
[[nodiscard]] const std::array<float, 256>& dynamic_map();

/// NF4 whose scales are quantized again.
struct DoubleQuantizedNf4 {
  std::size_t values = 0;
  std::vector<std::byte> codes;           ///< two per byte, as in Nf4Block
  std::vector<std::uint8_t> scale_codes;  ///< dynamic_map() codes, one per 64 values begun
  std::vector<float> scale_amax;          ///< one per 256 scales begun
  float offset = 0;                       ///< mean of the scales, taken off before coding them

  /// Bits of codes, scale_codes, scale_amax and offset, per value: 4 + 8/64 + 32/(64*256) = 4.127
  /// for whole blocks, and 32 / values for the offset.
  [[nodiscard]] double bits_per_value() const noexcept;
};

/// Encodes with blocks of 64 values and of 256 scales. Values are coded with the scale that
/// decoding will see. NaN counts as 0, infinity as the greatest float.
[[nodiscard]] DoubleQuantizedNf4 encode_nf4_double(std::span<const float> x);
/// out.size() must be coded.values.
void decode_nf4_double(const DoubleQuantizedNf4& coded, std::span<float> out);

}  // namespace pare
