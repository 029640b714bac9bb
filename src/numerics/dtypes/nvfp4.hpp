#pragma once

#include "numerics/nvfp4.hpp"

namespace pare {

/// Blocks of 16 E2M1 floats with an E4M3 scale, 9 bytes; the tensor's own scale counts as 1 here
/// (numerics/nvfp4.hpp has the two-level form). NaN counts as 0.
inline DtypeInfo dtype_nvfp4() {
  return block_dtype<Nvfp4Block>("nvfp4", "NVIDIA TransformerEngine, NVFP4 recipe");
}

}  // namespace pare
