#pragma once

#include "numerics/mx_blocks.hpp"

namespace pare {

/// 32 E4M3 floats and one power of two, 33 bytes.
inline DtypeInfo dtype_mxfp8_e4m3() {
  return block_dtype<MxBlock<kE4M3FN>>("mxfp8_e4m3",
                                       "OCP Microscaling Formats (MX) Specification, version 1.0");
}

}  // namespace pare
