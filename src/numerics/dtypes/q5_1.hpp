#pragma once

#include "numerics/dtype.hpp"
#include "numerics/gguf_blocks.hpp"

namespace pare {

/// Q5_1 of GGUF: as q4_1 with 5 bits.
inline DtypeInfo dtype_q5_1() {
  using Block = NibbleBlock<5, true>;
  return {.name = "q5_1",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -32.0 * 65504,
          .max = 32.0 * 65504,
          .source = "ggml Q5_1",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
