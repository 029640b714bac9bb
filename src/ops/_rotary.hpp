#pragma once

#include <vector>

#include "ops/_numbers.hpp"

namespace pare::ops {

/// Angles of a rotary embedding as their cosines and sines, rows of `half` values.
struct RotaryCaches {
  std::vector<double> cosines, sines;
  std::int64_t rows = 0;
  std::int64_t half = 0;     ///< pairs that turn
  bool interleaved = false;  ///< pairs are (2k, 2k + 1); else (k, k + half)
};

/// From inputs [.., half] of equal shape. Fault::corrupt for scalars or other shapes.
RotaryCaches rotary_caches(const OpCall& call, std::size_t cosines, std::size_t sines,
                           bool interleaved);

/// Turns the pairs of one head by row `row`: (re, im) becomes (re cos - im sin, im cos + re sin).
/// The head has 2 half values or more; what is behind them stays.
void rotate_head(double* head, const RotaryCaches& caches, std::int64_t row);

}  // namespace pare::ops
