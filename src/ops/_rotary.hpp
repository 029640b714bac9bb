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

/// What an operator rotates: heads of `head` values whose first `turned` turn.
struct RotarySizes {
  std::int64_t batch = 0, length = 0, heads = 0, head = 0, turned = 0;
  bool head_first = false;  ///< [B, heads, T, head] instead of [B, T, heads * head]
};

/// Of input 0 and the attributes num_heads and rotary_embedding_dim. The heads of a 3-dimensional
/// input are told by num_heads; without rotary_embedding_dim, in com.microsoft, a head is what
/// turns. Errors: Fault::corrupt for sizes that do not fit.
RotarySizes rotary_sizes(const OpCall& call, std::int64_t half);

/// Output 0 is input 0 with its heads turned; `rows` of the caches by batch and token, or row by
/// row when it is empty.
void rotate_heads(OpCall& call, const RotaryCaches& caches, const RotarySizes& s,
                  const std::vector<std::int64_t>& rows);

}  // namespace pare::ops
