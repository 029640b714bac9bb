#pragma once

#include "numerics/ternary_blocks.hpp"

namespace pare {

/// 256 ternary values with one float16 step, four in a byte: 66 bytes. NaN counts as 0.
inline DtypeInfo dtype_tq2_0() {
  return block_dtype<Tq2Block>("tq2_0", "ggml TQ2_0 (GGUF type 35)");
}

}  // namespace pare
