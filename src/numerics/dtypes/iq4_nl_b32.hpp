#pragma once

#include "numerics/iq4_blocks.hpp"

namespace pare {

/// 32 values in 18 bytes: a code book of 16 levels and a float16 step. NaN counts as 0.
inline DtypeInfo dtype_iq4_nl_b32() {
  return block_dtype<Iq4NlBlock>("iq4_nl_b32", "ggml IQ4_NL (GGUF type 20)");
}

}  // namespace pare
