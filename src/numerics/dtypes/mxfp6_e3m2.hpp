#pragma once

#include "numerics/dtype.hpp"
#include "numerics/mx_blocks.hpp"

namespace pare {

/// MXFP6 with E3M2 elements: 32 of them under a power of two, which comes first. A block with a
/// value that is not finite is NaN.
inline DtypeInfo dtype_mxfp6_e3m2() {
  using Block = MxBlock<MinifloatCode<kE3M2>, 6, 4>;
  return {.name = "mxfp6_e3m2",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -28 * 0x1p127,
          .max = 28 * 0x1p127,
          .source = "OCP Microscaling Formats (MX) Specification, version 1.0",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
