#pragma once

#include "numerics/nf4_blocks.hpp"

namespace pare {

/// 64 NF4 values with one float32 amax, 36 bytes (numerics/nf4_blocks.hpp also has the form with
/// quantized scales). NaN counts as 0.
inline DtypeInfo dtype_nf4_b64() {
  return block_dtype<Nf4Block>("nf4_b64", "QLoRA, arXiv:2305.14314; bitsandbytes");
}

}  // namespace pare
