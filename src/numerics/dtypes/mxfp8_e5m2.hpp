#pragma once

#include "numerics/mx_blocks.hpp"

namespace pare {

/// 32 E5M2 floats and one power of two, 33 bytes.
inline DtypeInfo dtype_mxfp8_e5m2() {
  return block_dtype<MxBlock<kE5M2>>("mxfp8_e5m2",
                                     "OCP Microscaling Formats (MX) Specification, version 1.0");
}

}  // namespace pare
