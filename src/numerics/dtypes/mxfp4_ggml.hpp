#pragma once

#include "numerics/mx_blocks.hpp"

namespace pare {

/// MXFP4 in the order of a GGUF file, 17 bytes.
inline DtypeInfo dtype_mxfp4_ggml() {
  return block_dtype<GgmlMxfp4Block>("mxfp4_ggml", "ggml MXFP4 (GGUF type 39)");
}

}  // namespace pare
