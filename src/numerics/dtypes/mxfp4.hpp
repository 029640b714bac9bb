#pragma once

#include "numerics/mx_blocks.hpp"

namespace pare {

/// 32 E2M1 floats (two per byte, the first in the low nibble) and one power of two, 17 bytes.
inline DtypeInfo dtype_mxfp4() {
  return block_dtype<MxBlock<kE2M1>>("mxfp4",
                                     "OCP Microscaling Formats (MX) Specification, version 1.0");
}

}  // namespace pare
