#pragma once

#include "numerics/dtype.hpp"
#include "numerics/gguf_blocks.hpp"

namespace pare {

/// Q8_0 of GGUF: 32 signed bytes, -127 to 127, times a scale.
inline DtypeInfo dtype_q8_0() {
  using Block = ByteBlock;
  return {.name = "q8_0",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -127.0 * 65504,
          .max = 127.0 * 65504,
          .source = "ggml Q8_0",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
