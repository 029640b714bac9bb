#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "architectures/checkpoint.hpp"
#include "ir/graph.hpp"

namespace pare {

/// How the angles of positions are stretched for longer texts than a model was trained on.
struct RopeScaling {
  enum class Kind : std::uint8_t {
    none,
    linear,  ///< positions divided by `factor`
    llama3,  ///< slow frequencies divided by `factor`, fast ones kept, those between interpolated
    table,   ///< GGUF: a divisor for each frequency, in tensor rope_freqs.weight
  };
  Kind kind = Kind::none;
  double factor = 1;
  double low_frequency = 1;   ///< llama3: wavelengths above original_length / this are slow
  double high_frequency = 4;  ///< llama3: wavelengths below original_length / this are fast
  double original_length = 8192;
};

/// A decoder of the Llama family: pre-norm layers of attention with rotary positions and grouped
/// heads, and a gated network. Sizes are those of one vector.
struct DecoderConfig {
  std::int64_t layers = 0;
  std::int64_t hidden = 0;
  std::int64_t intermediate = 0;
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_size = 0;
  std::int64_t vocabulary = 0;
  double norm_epsilon = 1e-5;
  double rope_theta = 10000;
  RopeScaling rope_scaling;
  /// Pairs that are turned are neighbours, not half a head apart: the rows of the projections were
  /// put in that order when the file was made.
  bool interleaved = false;
  bool tied = false;     ///< the embeddings are the output layer, too
  bool qk_norm = false;  ///< heads of queries and keys are normalised before they are turned
  /// A token sees itself and so many before it; -1: all.
  std::int64_t window = -1;
  /// Layers below this number see everything in spite of the window (Qwen2: max_window_layers).
  std::int64_t full_layers = 0;
};

/// What most architectures call the same: sizes, epsilon, rotary positions, whether weights are
/// tied. Errors: Fault::corrupt for what is missing or cannot be (a size of zero, heads that do not
/// divide), naming the key; Fault::unsupported for other ways to stretch positions.
DecoderConfig read_decoder_config(const Checkpoint& checkpoint);

/// The model as a graph. Inputs: input_ids int64 [batch, sequence], and for each layer N
/// past_key_values.N.key and .value, float32 [batch, kv_heads, past, head_size] (past may be 0).
/// Outputs: logits float32 [batch, sequence, vocabulary], and present.N.key and .value with
/// past + sequence keys. Tokens stand behind the past. Weights stay in the file's number format
/// behind Cast or pare.DequantizeBlocks. Errors: Fault::corrupt naming a tensor that is missing or
/// has another shape.
std::unique_ptr<Graph> build_decoder(const DecoderConfig& config, const Checkpoint& checkpoint);

}  // namespace pare
