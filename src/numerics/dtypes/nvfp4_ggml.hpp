#pragma once

#include "numerics/nvfp4.hpp"

namespace pare {

/// NVFP4 as in a GGUF file: four blocks of 16 with their scales in front, 36 bytes.
inline DtypeInfo dtype_nvfp4_ggml() {
  return block_dtype<GgmlNvfp4Block>("nvfp4_ggml", "ggml NVFP4 (GGUF type 40)");
}

}  // namespace pare
