#pragma once

#include "numerics/k_quants.hpp"

namespace pare {

/// 256 values in 84 bytes: 2-bit codes, 16 parts with 4-bit steps and minima. NaN counts as 0.
inline DtypeInfo dtype_q2_k() { return block_dtype<Q2KBlock>("q2_k", "ggml Q2_K (GGUF type 10)"); }

}  // namespace pare
