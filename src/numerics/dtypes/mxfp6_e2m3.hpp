#pragma once

#include "numerics/mx_blocks.hpp"

namespace pare {

/// 32 E2M3 floats of 6 bits and one power of two, 25 bytes.
inline DtypeInfo dtype_mxfp6_e2m3() {
  return block_dtype<MxBlock<kMxE2M3>>("mxfp6_e2m3",
                                       "OCP Microscaling Formats (MX) Specification, version 1.0");
}

}  // namespace pare
