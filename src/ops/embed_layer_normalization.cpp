#include <algorithm>

#include "ops/_norm.hpp"

namespace pare {
namespace {

enum Input : std::size_t {
  kWords,
  kSegments,
  kWordTable,
  kPositionTable,
  kSegmentTable,
  kGamma,
  kBeta,
  kMask,
  kPositions
};

constexpr TypeSet kIds = {ElementKind::i32};

void infer(ShapeContext& c) {
  std::optional<SymShape> y;
  std::optional<SymShape> batch;
  if (const SymShape* ids = c.input_shape(kWords)) {
    if (ids->size() != 2) c.fail(cat("input_ids has shape ", to_string(*ids), ", wanted rank 2"));
    y = *ids;
    batch = SymShape{(*ids)[0]};
    const SymShape* table = c.input_shape(kWordTable);
    y->push_back(table != nullptr && table->size() == 2 ? (*table)[1] : Dim::unknown());
  }
  c.set_output(0, c.input_dtype(kWordTable), y);
  c.set_output(1, dtype_of(ElementKind::i32), batch);
  c.set_output(2, c.input_dtype(kWordTable), y);
}

/// A table of embeddings [entries, C].
struct Table {
  std::vector<double> values;
  std::int64_t entries = 0;
  std::int64_t width = 0;
};

Table read_table(const OpCall& call, std::size_t input) {
  const Tensor& t = call.input(input);
  ops::want_rank(call, t, 2, cat("input ", input));
  return {t.to_doubles(), t.dim(0), t.dim(1)};
}

void add_entry(const OpCall& call, const Table& table, std::int64_t id, double* to) {
  if (id < 0 || id >= table.entries) {
    call.fail(cat("id ", id, " in a table of ", table.entries));
  }
  const double* entry = table.values.data() + id * table.width;
  for (std::int64_t c = 0; c < table.width; ++c) to[c] += entry[c];
}

/// Position of every token; by default its place in the sequence.
std::vector<std::int64_t> positions(const OpCall& call, std::int64_t batch, std::int64_t length) {
  std::vector<std::int64_t> given;
  if (call.has_input(kPositions)) {
    const Tensor& t = call.input(kPositions);
    if (t.shape() != Shape{1, length} && t.shape() != Shape{batch, length}) {
      call.fail(cat("position_ids has shape ", to_string(t.shape())));
    }
    given = t.to_ints();
  }
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < batch * length; ++i) {
    const auto at = static_cast<std::size_t>(i);
    out.push_back(given.empty() ? i % length : given[at % given.size()]);
  }
  return out;
}

void set_mask_index(OpCall& call, std::int64_t batch, std::int64_t length) {
  std::vector<std::int32_t> words(static_cast<std::size_t>(batch), 0);
  if (call.has_input(kMask)) {
    ops::want_shape(call, call.input(kMask), {batch, length}, "mask");
    const std::vector<std::int64_t> mask = call.input(kMask).to_ints();
    for (std::size_t i = 0; i < mask.size(); ++i) {
      if (mask[i] == 1) ++words[i / static_cast<std::size_t>(length)];
    }
  }
  call.set_output(1, Tensor::of<std::int32_t>({batch}, words));
}

void reference(OpCall& call) {
  const Tensor& words = call.input(kWords);
  ops::want_rank(call, words, 2, "input_ids");
  const std::int64_t batch = words.dim(0);
  const std::int64_t length = words.dim(1);
  const bool has_segments = call.has_input(kSegments);
  if (has_segments != call.has_input(kSegmentTable)) {
    call.fail("segment_ids and segment_embedding belong together");
  }
  const Table word_table = read_table(call, kWordTable);
  const Table position_table = read_table(call, kPositionTable);
  const Table segment_table = has_segments ? read_table(call, kSegmentTable) : Table{};
  const std::int64_t width = word_table.width;
  if (position_table.width != width || (has_segments && segment_table.width != width)) {
    call.fail("the embeddings differ in size");
  }
  if (has_segments) ops::want_shape(call, call.input(kSegments), words.shape(), "segment_ids");
  const Shape shape = {batch, length, width};
  std::vector<double> sum(static_cast<std::size_t>(element_count(shape)));
  const std::vector<std::int64_t> word_ids = words.to_ints();
  const std::vector<std::int64_t> position_ids = positions(call, batch, length);
  const std::vector<std::int64_t> segment_ids =
      has_segments ? call.input(kSegments).to_ints() : std::vector<std::int64_t>();
  for (std::size_t i = 0; i < word_ids.size(); ++i) {
    double* to = sum.data() + static_cast<std::int64_t>(i) * width;
    add_entry(call, word_table, word_ids[i], to);
    add_entry(call, position_table, position_ids[i], to);
    if (has_segments) add_entry(call, segment_table, segment_ids[i], to);
  }
  const DType type = call.input(kWordTable).type();
  if (call.wants_output(2)) call.set_output(2, ops::from_doubles(sum, shape, type));
  if (call.wants_output(1)) set_mask_index(call, batch, length);
  ops::RowNorm norm;
  ops::want_shape(call, call.input(kGamma), {width}, "gamma");
  ops::want_shape(call, call.input(kBeta), {width}, "beta");
  norm.scale = call.input(kGamma).to_doubles();
  norm.bias = call.input(kBeta).to_doubles();
  norm.epsilon = static_cast<double>(call.attr_float("epsilon"));
  ops::normalize_rows(sum, norm);
  call.set_output(0, ops::from_doubles(sum, shape, type));
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
