#pragma once

#include "numerics/dtype.hpp"
#include "numerics/mx_blocks.hpp"

namespace pare {

/// NVFP4 in ggml's container of 64 values with four scales. Else as nvfp4; a scale of NaN is 0.
inline DtypeInfo dtype_nvfp4_ggml() {
  using Block = GgmlNvBlock;
  return {.name = "nvfp4_ggml",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -448.0 * 6,
          .max = 448.0 * 6,
          .source = "ggml NVFP4",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
