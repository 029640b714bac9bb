#pragma once

#include "numerics/mx_blocks.hpp"

namespace pare {

/// 32 signed bytes in 64ths and one power of two, 33 bytes.
inline DtypeInfo dtype_mxint8() {
  return block_dtype<MxInt8Block>("mxint8",
                                  "OCP Microscaling Formats (MX) Specification, version 1.0");
}

}  // namespace pare
