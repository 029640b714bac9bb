#pragma once

#include "numerics/dtype.hpp"
#include "numerics/mx_blocks.hpp"

namespace pare {

/// MXFP6 with E2M3 elements: 32 of them under a power of two, which comes first. A block with a
/// value that is not finite is NaN.
inline DtypeInfo dtype_mxfp6_e2m3() {
  using Block = MxBlock<MinifloatCode<kE2M3>, 6, 2>;
  return {.name = "mxfp6_e2m3",
          .group = DtypeClass::floating,
          .values = Block::kValues,
          .bytes = Block::kBytes,
          .min = -7.5 * 0x1p127,
          .max = 7.5 * 0x1p127,
          .source = "OCP Microscaling Formats (MX) Specification, version 1.0",
          .decode = BlockCodec<Block>::decode,
          .encode = BlockCodec<Block>::encode,
          .own_scale = true};
}

}  // namespace pare
