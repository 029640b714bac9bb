#pragma once

#include "numerics/block_codec.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// How the scale of an NVFP4 block is chosen.
enum class Nvfp4Scale : std::uint8_t {
  six,         ///< the greatest magnitude becomes 6
  four_or_six  ///< it becomes 6 or 4, whichever has the smaller squared error
};

/// Factor s of a whole tensor: x ~ s * (block scale) * (element). The block with the greatest
/// magnitude `amax` gets the scale 448 (rule six) or 256 (four_or_six: up to 384 is used when 4
/// wins). 1 when amax is zero or not finite, or so small that s would be zero.
/// Source: NVIDIA TransformerEngine, NVFP4 recipe; "four over six", arXiv:2512.02010.
[[nodiscard]] float nvfp4_tensor_scale(float amax, Nvfp4Scale rule = Nvfp4Scale::six) noexcept;

/// 16 E2M1 floats share one E4M3 scale: x ~ scale * element. Elements are found with the rounded
/// scale, to nearest even, and saturate. The FP32 scale of the tensor lies outside: divide by
/// nvfp4_tensor_scale() first.
/// Layout, 9 bytes: byte 0 is the scale; byte 1+i holds element 2i in its low nibble, 2i+1 in the
/// high one. Block scales are within [2^-9, 448]; a block of zeros has scale 1.
struct Nvfp4Block {
  static constexpr std::size_t kValues = 16;
  static constexpr std::size_t kBytes = 9;
  static constexpr float kLimit = 6 * 448;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
    encode(x, Nvfp4Scale::six, out);
  }
  static void encode(std::span<const float, kValues> x, Nvfp4Scale rule,
                     std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

/// Encodes x / tensor_scale block by block (tensor_scale > 0; NaN counts as 0, infinity as the
/// greatest value); the last block is padded with zeros. out: 9 bytes per 16 values begun.
void encode_nvfp4(std::span<const float> x, float tensor_scale, Nvfp4Scale rule,
                  std::span<std::byte> out);
/// The reverse; decodes in.size() / 9 blocks, out may end before the last one does.
void decode_nvfp4(std::span<const std::byte> in, float tensor_scale, std::span<float> out);

/// NVFP4 as ggml stores it: 64 values, no tensor scale inside.
/// Layout, 36 bytes: [0,4) the unsigned E4M3 scales of four sub-blocks of 16; byte 4+8s+j holds
/// element 16s+j in its low nibble, 16s+j+8 in the high one. Of a scale byte the top bit is
/// ignored and 0x7F is 0, so that there is no NaN.
struct GgmlNvfp4Block {
  static constexpr std::size_t kValues = 64;
  static constexpr std::size_t kBytes = 36;
  static constexpr float kLimit = Nvfp4Block::kLimit;
  static constexpr BlockNan kNan = BlockNan::zero;

  static void encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out);
  static void decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x);
};

}  // namespace pare
