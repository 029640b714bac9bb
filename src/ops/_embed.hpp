#pragma once

#include <vector>

#include "ops/_norm.hpp"

namespace pare::ops {

/// A table of embeddings [entries, C].
struct EmbeddingTable {
  std::vector<double> values;
  std::int64_t entries = 0;
  std::int64_t width = 0;
};

/// What the embedding operators of ONNX Runtime look up and normalise with. Their inputs 0, 1 and 7
/// are ids of words, ids of segments, and a mask.
struct Embeddings {
  EmbeddingTable words, positions;
  std::optional<EmbeddingTable> segments;
  RowNorm norm;
  DType type;                               ///< of the results
  std::optional<std::size_t> position_ids;  ///< an input
};

/// Input `input` as a table of those values. Fault::corrupt for another rank than 2.
EmbeddingTable embedding_table(const OpCall& call, std::size_t input, std::vector<double> values);
/// Output 0: the normalised sum of all embeddings; output 1: how many ones the mask has in every
/// sequence; output 2: the sum. Errors: Fault::corrupt for sizes that do not fit and ids outside.
void embed_and_normalize(OpCall& call, const Embeddings& e);
/// Output 0 (and 2) [B, T, C] of that type, output 1 [B].
void embed_infer(ShapeContext& c, DType type, std::size_t word_table);

}  // namespace pare::ops
