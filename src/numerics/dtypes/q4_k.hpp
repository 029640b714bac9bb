#pragma once

#include "numerics/k_quants.hpp"

namespace pare {

/// 256 values in 144 bytes: 4-bit codes, 8 parts with 6-bit steps and minima. NaN counts as 0.
inline DtypeInfo dtype_q4_k() { return block_dtype<Q4KBlock>("q4_k", "ggml Q4_K (GGUF type 12)"); }

}  // namespace pare
