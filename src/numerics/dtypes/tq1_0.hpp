#pragma once

#include "numerics/dtype.hpp"
#include "numerics/gguf_blocks.hpp"

namespace pare {

/// TQ1_0 of GGUF: 256 values of -1, 0, 1 times a scale, five to a byte. For weights that are
/// ternary already: the scale is the greatest magnitude.
inline DtypeInfo dtype_tq1_0() {
  using Block = Base3TernaryBlock;
  return {.name = "tq1_0",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -65504,
          .max = 65504,
          .source = "ggml TQ1_0",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
