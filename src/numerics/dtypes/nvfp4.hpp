#pragma once

#include "numerics/dtype.hpp"
#include "numerics/mx_blocks.hpp"

namespace pare {

/// NVFP4: 16 E2M1 elements under an E4M3 scale, which comes first; values are divided by the
/// tensor's greatest magnitude / (448 * 6) before. A block with a value that is not finite is NaN.
inline DtypeInfo dtype_nvfp4() {
  using Block = NvBlock;
  return {.name = "nvfp4",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -448.0 * 6,
          .max = 448.0 * 6,
          .source = "NVIDIA NVFP4",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
