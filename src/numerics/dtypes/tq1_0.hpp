#pragma once

#include "numerics/ternary_blocks.hpp"

namespace pare {

/// 256 ternary values with one float16 step, five in a byte: 54 bytes. NaN counts as 0.
inline DtypeInfo dtype_tq1_0() {
  return block_dtype<Tq1Block>("tq1_0", "ggml TQ1_0 (GGUF type 34)");
}

}  // namespace pare
