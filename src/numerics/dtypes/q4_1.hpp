#pragma once

#include "numerics/dtype.hpp"
#include "numerics/gguf_blocks.hpp"

namespace pare {

/// Q4_1 of GGUF: 32 whole numbers of 4 bits times a scale, above the least value.
inline DtypeInfo dtype_q4_1() {
  using Block = NibbleBlock<4, true>;
  return {.name = "q4_1",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -16.0 * 65504,
          .max = 16.0 * 65504,
          .source = "ggml Q4_1",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
