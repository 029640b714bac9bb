#pragma once

#include "numerics/dtype.hpp"
#include "numerics/gguf_blocks.hpp"

namespace pare {

/// Q4_0 of GGUF: 32 whole numbers of 4 bits, -8 to 7, times a scale whose sign makes the extreme
/// value -8.
inline DtypeInfo dtype_q4_0() {
  using Block = NibbleBlock<4, false>;
  return {.name = "q4_0",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -8.0 * 65504,
          .max = 8.0 * 65504,
          .source = "ggml Q4_0",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
