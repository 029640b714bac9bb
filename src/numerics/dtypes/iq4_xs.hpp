#pragma once

#include "numerics/iq4_blocks.hpp"

namespace pare {

/// 256 values in 136 bytes: the same code book, 8 parts with 6-bit steps. NaN counts as 0.
inline DtypeInfo dtype_iq4_xs() {
  return block_dtype<Iq4XsBlock>("iq4_xs", "ggml IQ4_XS (GGUF type 23)");
}

}  // namespace pare
