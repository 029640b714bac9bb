#include "ops/_embed.hpp"
#include "ops/_qlinear.hpp"

namespace pare {
namespace {

/// Codes, and as far behind the first of them their scales and zero points.
enum Input : std::size_t {
  kWordTable = 2,
  kPositionTable = 3,
  kSegmentTable = 4,
  kGamma = 5,
  kBeta = 6,
  kScales = 8,
  kZeros = 13
};

constexpr TypeSet kIds = {ElementKind::i32};
constexpr TypeSet kReal = {ElementKind::f32};

void infer(ShapeContext& c) { ops::embed_infer(c, dtype_of(ElementKind::f32), kWordTable); }

/// (codes - zero) * scale of one of the coded inputs.
std::vector<double> real_values(const OpCall& call, std::size_t input) {
  const std::size_t which = input - kWordTable;
  return ops::dequantize(call.input(input),
                         ops::single_affine(call, kScales + which, kZeros + which));
}

void reference(OpCall& call) {
  const auto table = [&](std::size_t input) {
    return ops::embedding_table(call, input, real_values(call, input));
  };
  ops::Embeddings e;
  e.words = table(kWordTable);
  e.positions = table(kPositionTable);
  if (call.has_input(kSegmentTable)) e.segments = table(kSegmentTable);
  e.norm.scale = real_values(call, kGamma);
  e.norm.bias = real_values(call, kBeta);
  e.norm.epsilon = static_cast<double>(call.attr_float("epsilon"));
  e.type = dtype_of(ElementKind::f32);
  ops::embed_and_normalize(call, e);
}

}  // namespace

/// EmbedLayerNormalization with quantized tables, gamma and beta, each with one scale and one zero
/// point. Shapes: ids [B, T], tables [entries, C], gamma and beta [C], scales and zero points [] ->
/// output [B, T, C], mask_index [B]. Source: ONNX Runtime, ContribOperators.md,
/// QEmbedLayerNormalization.
OpDefs op_q_embed_layer_normalization() {
  return OpDef("com.microsoft", "QEmbedLayerNormalization", 1)
      .input("input_ids", kIds, "T1")
      .optional_input("segment_ids", kIds, "T1")
      .input("word_embedding_quant", ops::kByteCodes, "T2")
      .input("position_embedding_quant", ops::kByteCodes, "T2")
      .optional_input("segment_embedding", ops::kByteCodes, "T2")
      .input("gamma_quant", ops::kByteCodes, "T2")
      .input("beta_quant", ops::kByteCodes, "T2")
      .optional_input("mask", kIds, "T1")
      .input("word_embedding_scale", kReal)
      .input("position_embedding_scale", kReal)
      .optional_input("segment_embedding_scale", kReal)
      .input("gamma_scale", kReal)
      .input("beta_scale", kReal)
      .input("word_embedding_zero_point", ops::kByteCodes, "T2")
      .input("position_embedding_zero_point", ops::kByteCodes, "T2")
      .optional_input("segment_embedding_zero_point", ops::kByteCodes, "T2")
      .input("gamma_zero_point", ops::kByteCodes, "T2")
      .input("beta_zero_point", ops::kByteCodes, "T2")
      .output("layernorm_out", kReal)
      .optional_output("mask_index_out", kIds, "T1")
      .attribute("epsilon", 1e-12F, "added to the variance")
      .define(infer, reference, ops::norm_cost);
}

}  // namespace pare
