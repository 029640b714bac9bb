#pragma once

#include "numerics/dtype.hpp"
#include "numerics/mx_blocks.hpp"

namespace pare {

/// MXFP8 with E4M3 elements: 32 of them under a power of two, which comes first. A block with a
/// value that is not finite is NaN.
inline DtypeInfo dtype_mxfp8_e4m3() {
  using Block = MxBlock<MinifloatCode<kE4M3FN>, 8, 8>;
  return {.name = "mxfp8_e4m3",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -448 * 0x1p127,
          .max = 448 * 0x1p127,
          .source = "OCP Microscaling Formats (MX) Specification, version 1.0",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
