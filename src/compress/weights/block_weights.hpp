#pragma once

#include <optional>
#include <span>
#include <string>

#include "compress/weights/grid.hpp"

namespace pare {

/// Weights as blocks with scales of their own hold them.
struct BlockWeights {
  WeightMatrix decoded;
  double bits = 0;  ///< per weight: blocks, those filled up with zeros included, and a tensor scale
  /// MX and NVFP4, whose blocks are elements times a scale: the same weights in these terms.
  std::optional<CodedWeights> coded;
  DType element;  ///< of `coded`
};

/// Each row encoded in blocks of `format` (GGUF, MX, NVFP4), the last one filled up with zeros, and
/// decoded. `method`: "rtn", "mse" (NVFP4: scales for 4 or 6 by error, arXiv:2512.02010), "imatrix"
/// (errors weighed by `importance`, one number a column; k-quants and IQ4). Errors: Fault::config
/// for other methods, and for "imatrix" where the format knows no weights of errors.
BlockWeights round_to_blocks(const WeightMatrix& w, DType format, const std::string& method,
                             std::span<const float> importance);

}  // namespace pare
