#include "ops/_embed.hpp"

#include <algorithm>

namespace pare::ops {
namespace {

enum Input : std::size_t { kWords = 0, kSegments = 1, kMask = 7 };

void add_entry(const OpCall& call, const EmbeddingTable& table, std::int64_t id, double* to) {
  if (id < 0 || id >= table.entries) {
    call.fail(cat("id ", id, " in a table of ", table.entries));
  }
  const double* entry = table.values.data() + id * table.width;
  for (std::int64_t c = 0; c < table.width; ++c) to[c] += entry[c];
}

/// Position of every token; by default its place in the sequence.
std::vector<std::int64_t> positions(const OpCall& call, std::optional<std::size_t> input,
                                    std::int64_t batch, std::int64_t length) {
  std::vector<std::int64_t> given;
  if (input && call.has_input(*input)) {
    const Tensor& t = call.input(*input);
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
    want_shape(call, call.input(kMask), {batch, length}, "mask");
    const std::vector<std::int64_t> mask = call.input(kMask).to_ints();
    for (std::size_t i = 0; i < mask.size(); ++i) {
      if (mask[i] == 1) ++words[i / static_cast<std::size_t>(length)];
    }
  }
  call.set_output(1, Tensor::of<std::int32_t>({batch}, words));
}

}  // namespace

EmbeddingTable embedding_table(const OpCall& call, std::size_t input, std::vector<double> values) {
  const Tensor& t = call.input(input);
  want_rank(call, t, 2, cat("input ", input));
  return {std::move(values), t.dim(0), t.dim(1)};
}

void embed_and_normalize(OpCall& call, const Embeddings& e) {
  const Tensor& words = call.input(kWords);
  want_rank(call, words, 2, "input_ids");
  const std::int64_t batch = words.dim(0);
  const std::int64_t length = words.dim(1);
  if (call.has_input(kSegments) != e.segments.has_value()) {
    call.fail("segment_ids and segment_embedding belong together");
  }
  const std::int64_t width = e.words.width;
  if (e.positions.width != width || (e.segments && e.segments->width != width)) {
    call.fail("the embeddings differ in size");
  }
  if (e.segments) want_shape(call, call.input(kSegments), words.shape(), "segment_ids");
  const Shape shape = {batch, length, width};
  std::vector<double> sum(static_cast<std::size_t>(element_count(shape)));
  const std::vector<std::int64_t> word_ids = words.to_ints();
  const std::vector<std::int64_t> position_ids = positions(call, e.position_ids, batch, length);
  const std::vector<std::int64_t> segment_ids =
      e.segments ? call.input(kSegments).to_ints() : std::vector<std::int64_t>();
  for (std::size_t i = 0; i < word_ids.size(); ++i) {
    double* to = sum.data() + static_cast<std::int64_t>(i) * width;
    add_entry(call, e.words, word_ids[i], to);
    add_entry(call, e.positions, position_ids[i], to);
    if (e.segments) add_entry(call, *e.segments, segment_ids[i], to);
  }
  if (call.wants_output(2)) call.set_output(2, from_doubles(sum, shape, e.type));
  if (call.wants_output(1)) set_mask_index(call, batch, length);
  if (static_cast<std::int64_t>(e.norm.scale.size()) != width ||
      e.norm.bias.size() != e.norm.scale.size()) {
    call.fail(cat("gamma of ", e.norm.scale.size(), " and beta of ", e.norm.bias.size(),
                  " values for embeddings of ", width));
  }
  normalize_rows(sum, e.norm);
  call.set_output(0, from_doubles(sum, shape, e.type));
}

void embed_infer(ShapeContext& c, DType type, std::size_t word_table) {
  std::optional<SymShape> y;
  std::optional<SymShape> batch;
  if (const SymShape* ids = c.input_shape(kWords)) {
    if (ids->size() != 2) c.fail(cat("input_ids has shape ", to_string(*ids), ", wanted rank 2"));
    y = *ids;
    batch = SymShape{(*ids)[0]};
    const SymShape* table = c.input_shape(word_table);
    y->push_back(table != nullptr && table->size() == 2 ? (*table)[1] : Dim::unknown());
  }
  c.set_output(0, type, y);
  c.set_output(1, dtype_of(ElementKind::i32), batch);
  if (c.output_count() > 2) c.set_output(2, type, y);
}

}  // namespace pare::ops
