#pragma once

#include "numerics/k_quants.hpp"

namespace pare {

/// 256 values in 110 bytes: 3-bit codes, 16 parts with 6-bit steps. NaN counts as 0.
inline DtypeInfo dtype_q3_k() { return block_dtype<Q3KBlock>("q3_k", "ggml Q3_K (GGUF type 11)"); }

}  // namespace pare
