#pragma once

#include "numerics/mx_blocks.hpp"

namespace pare {

/// 32 E3M2 floats of 6 bits and one power of two, 25 bytes.
inline DtypeInfo dtype_mxfp6_e3m2() {
  return block_dtype<MxBlock<kMxE3M2>>("mxfp6_e3m2",
                                       "OCP Microscaling Formats (MX) Specification, version 1.0");
}

}  // namespace pare
