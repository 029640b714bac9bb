#pragma once

#include "numerics/k_quants.hpp"

namespace pare {

/// 256 values in 210 bytes: 6-bit codes, 16 parts with 8-bit steps. NaN counts as 0.
inline DtypeInfo dtype_q6_k() { return block_dtype<Q6KBlock>("q6_k", "ggml Q6_K (GGUF type 14)"); }

}  // namespace pare
