#pragma once

#include "numerics/k_quants.hpp"

namespace pare {

/// 256 values in 176 bytes: 5-bit codes, 8 parts with 6-bit steps and minima. NaN counts as 0.
inline DtypeInfo dtype_q5_k() { return block_dtype<Q5KBlock>("q5_k", "ggml Q5_K (GGUF type 13)"); }

}  // namespace pare
