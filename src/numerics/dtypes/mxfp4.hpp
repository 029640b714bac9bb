#pragma once

#include "numerics/dtype.hpp"
#include "numerics/mx_blocks.hpp"

namespace pare {

/// MXFP4: 32 E2M1 elements under a power of two, which comes first; the first of two in the low
/// half of a byte. A block with a value that is not finite is NaN.
inline DtypeInfo dtype_mxfp4() {
  using Block = MxBlock<MinifloatCode<kE2M1>, 4, 2>;
  return {.name = "mxfp4",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -6 * 0x1p127,
          .max = 6 * 0x1p127,
          .source = "OCP Microscaling Formats (MX) Specification, version 1.0",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
