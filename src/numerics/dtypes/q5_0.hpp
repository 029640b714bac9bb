#pragma once

#include "numerics/dtype.hpp"
#include "numerics/gguf_blocks.hpp"

namespace pare {

/// Q5_0 of GGUF: as q4_0 with 5 bits, -16 to 15.
inline DtypeInfo dtype_q5_0() {
  using Block = NibbleBlock<5, false>;
  return {.name = "q5_0",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -16.0 * 65504,
          .max = 16.0 * 65504,
          .source = "ggml Q5_0",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
