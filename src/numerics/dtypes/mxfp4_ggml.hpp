#pragma once

#include "numerics/dtype.hpp"
#include "numerics/mx_blocks.hpp"

namespace pare {

/// MXFP4 in ggml's order: byte j holds elements j and j + 16. Else as mxfp4.
inline DtypeInfo dtype_mxfp4_ggml() {
  using Block = GgmlMxBlock;
  return {.name = "mxfp4_ggml",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -6 * 0x1p127,
          .max = 6 * 0x1p127,
          .source = "ggml MXFP4",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
