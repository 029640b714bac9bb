#pragma once

#include "numerics/dtype.hpp"
#include "numerics/gguf_blocks.hpp"

namespace pare {

/// TQ2_0 of GGUF: 256 values of -1, 0, 1 times a scale, two bits each. For weights that are
/// ternary already: the scale is the greatest magnitude.
inline DtypeInfo dtype_tq2_0() {
  using Block = TwoBitTernaryBlock;
  return {.name = "tq2_0",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -65504,
          .max = 65504,
          .source = "ggml TQ2_0",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
