#pragma once

#include "numerics/dtype.hpp"
#include "numerics/mx_blocks.hpp"

namespace pare {

/// MXINT8: 32 signed bytes of 1/64 under a power of two, which comes first. A block with a value
/// that is not finite is NaN.
inline DtypeInfo dtype_mxint8() {
  using Block = MxBlock<SixtyFourths, 8, 0>;
  return {.name = "mxint8",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -127.0 / 64 * 0x1p127,
          .max = 127.0 / 64 * 0x1p127,
          .source = "OCP Microscaling Formats (MX) Specification, version 1.0",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
