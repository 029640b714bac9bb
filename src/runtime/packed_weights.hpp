#pragma once

#include <optional>
#include <vector>

#include "kernels/lowbit/lowbit.hpp"
#include "runtime/kernel.hpp"

namespace pare {

/// Weights [K, N] of a product as codes, before they are packed.
struct UnpackedWeights {
  std::int64_t k = 0;
  std::int64_t n = 0;
  std::vector<std::uint8_t> codes;  ///< [K, N]
  std::vector<float> levels;
  std::int64_t block = 0;  ///< 0 = K
  std::vector<float> scales, zeros;

  [[nodiscard]] LowbitSource source() const {
    return {k, n, codes, levels, block, scales, zeros, false};
  }
};

/// The unit (a Conv, Gemm or MatMul of floats, with what follows it) reading codes in place of the
/// weights that a DequantizeLinear or pare.DequantizeTable of constants makes for it alone, perhaps
/// through a Transpose or Cast. Nothing when its weights come from elsewhere.
std::optional<Unit> packed_unit(const Unit& unit, PlanFacts& facts);

/// K, N, block and number of levels of the weights of a packed unit, or of a MatMulNBits or
/// MatMulBnb4; a refusal when their scales are not one for all, one per column or one per block
/// along K. Reads no codes.
Verdict judge_weights(const Unit& unit, PlanFacts& facts, UnpackedWeights& sizes);

/// The weights; judge_weights accepted them.
UnpackedWeights read_weights(const Unit& unit, PlanFacts& facts);

}  // namespace pare
