#include "ops/_embed.hpp"

namespace pare {
namespace {

enum Input : std::size_t {
  kWordTable = 2,
  kPositionTable = 3,
  kSegmentTable = 4,
  kGamma = 5,
  kBeta = 6,
  kPositions = 8
};

constexpr TypeSet kIds = {ElementKind::i32};

void infer(ShapeContext& c) { ops::embed_infer(c, c.input_dtype(kWordTable), kWordTable); }

void reference(OpCall& call) {
  const auto table = [&](std::size_t input) {
    return ops::embedding_table(call, input, call.input(input).to_doubles());
  };
  ops::Embeddings e;
  e.words = table(kWordTable);
  e.positions = table(kPositionTable);
  if (call.has_input(kSegmentTable)) e.segments = table(kSegmentTable);
  e.norm.scale = call.input(kGamma).to_doubles();
  e.norm.bias = call.input(kBeta).to_doubles();
  e.norm.epsilon = static_cast<double>(call.attr_float("epsilon"));
  e.type = call.input(kWordTable).type();
  e.position_ids = kPositions;
  ops::embed_and_normalize(call, e);
}

}  // namespace

/// output = layer normalisation of word + position + segment embeddings; mask_index counts the ones
/// of the mask in every sequence (0 without a mask); embedding_sum is the sum. Shapes: ids [B, T],
/// tables [entries, C], gamma and beta [C], position_ids [B, T] or [1, T] -> output [B, T, C],
/// mask_index [B]. Source: ONNX Runtime, ContribOperators.md, EmbedLayerNormalization.
OpDefs op_embed_layer_normalization() {
  return OpDef("com.microsoft", "EmbedLayerNormalization", 1)
      .input("input_ids", kIds, "T1")
      .optional_input("segment_ids", kIds, "T1")
      .input("word_embedding", types::kFloat)
      .input("position_embedding", types::kFloat)
      .optional_input("segment_embedding", types::kFloat)
      .input("gamma", types::kFloat)
      .input("beta", types::kFloat)
      .optional_input("mask", kIds, "T1")
      .optional_input("position_ids", kIds, "T1")
      .output("output", types::kFloat)
      .optional_output("mask_index", kIds, "T1")
      .optional_output("embedding_sum", types::kFloat)
      .attribute("epsilon", 1e-12F, "added to the variance")
      .attribute("mask_index_type", std::int64_t{1}, "0: mask_index is not used, 1: it is [B]")
      .define(infer, reference, ops::norm_cost);
}

}  // namespace pare
