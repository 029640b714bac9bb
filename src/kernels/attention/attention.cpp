#include "kernels/attention/attention.hpp"

#include <algorithm>
#include <vector>

#include "base/threads.hpp"
#include "kernels/attention/attention_tables.hpp"
#include "kernels/cpu.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

/// Scores held together take about that many floats: half of a second-level cache of 1 MiB.
constexpr std::int64_t kScores = 1 << 16;
constexpr std::int64_t kMostAtOnce = 48;

std::vector<const AttentionKernels*> available() {
  std::vector<const AttentionKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) found.push_back(attention_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(attention_kernels_avx2());
#elif defined(__aarch64__)
  found.push_back(attention_kernels_neon());
#endif
  found.push_back(attention_kernels_base());
  return found;
}

std::int64_t up(std::int64_t n, std::int64_t to) { return (n + to - 1) / to * to; }

std::int64_t at(const HeadStrides& s, std::int64_t batch, std::int64_t head) {
  return batch * s.batch + head * s.head;
}

}  // namespace

std::span<const AttentionKernels* const> attention_kernels() {
  static const std::vector<const AttentionKernels*> kFound = available();
  return kFound;
}

const AttentionKernels* bf16_attention_kernels() {
#if defined(__x86_64__)
  if (cpu::has_avx512_bf16()) return attention_kernels_bf16();
#endif
  return nullptr;
}

Attention::Attention(const AttentionShape& shape, const AttentionKernels& kernels)
    : shape_(shape), kernels_(&kernels), workers_(threads()) {
  const std::int64_t room = up(shape.keys, kernels.tile);
  const std::int64_t rows = kernels.rows;
  at_once_ = std::clamp(kScores / std::max<std::int64_t>(1, room) / rows * rows, rows,
                        up(kMostAtOnce, rows));
  at_once_ = std::min(at_once_, up(std::max<std::int64_t>(1, shape.queries), rows));
  key_floats_ = up(room * shape.size, 16);
  value_floats_ = up(up(shape.value_size, kernels.tile) * shape.keys, 16);
  score_floats_ = up(at_once_ * (room + 1 + (shape.size + 1) / 2), 16);
  // Few heads: their queries are cut, and each piece packs the keys again.
  chunk_ = std::max<std::int64_t>(1, shape.queries);
  const std::int64_t heads = shape.batch * shape.heads;
  if (heads < workers_ && heads > 0) {
    const std::int64_t pieces = (workers_ + heads - 1) / heads;
    chunk_ = std::max(at_once_, up((shape.queries + pieces - 1) / pieces, at_once_));
  }
}

std::int64_t Attention::items() const noexcept {
  return shape_.batch * shape_.heads * ((shape_.queries + chunk_ - 1) / chunk_);
}

std::size_t Attention::scratch_bytes() const noexcept {
  const std::int64_t one = key_floats_ + value_floats_ + score_floats_;
  return static_cast<std::size_t>(one * workers_) * sizeof(float);
}

void Attention::run(const AttentionOperands& operands, std::byte* scratch) const {
  const std::int64_t all = items();
  const std::int64_t one = key_floats_ + value_floats_ + score_floats_;
  auto* floats = view<float>(scratch);
  parallel_for(workers_, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t w = begin; w < end; ++w) {
      const std::int64_t last = all * (w + 1) / workers_;
      for (std::int64_t i = all * w / workers_; i < last; ++i) {
        run_item(operands, i, floats + w * one);
      }
    }
  });
}

void Attention::run_item(const AttentionOperands& o, std::int64_t item, float* scratch) const {
  const AttentionShape& s = shape_;
  const std::int64_t pieces = (s.queries + chunk_ - 1) / chunk_;
  const std::int64_t piece = item % pieces;
  const std::int64_t head = item / pieces % s.heads;
  const std::int64_t batch = item / pieces / s.heads;
  const std::int64_t shared = head / s.shared;
  float* keys = scratch;
  float* values = keys + key_floats_;
  kernels_->pack(o.k + at(s.k, batch, shared), s.k.column, s.k.row, s.size, s.keys, keys);
  kernels_->pack(o.v + at(s.v, batch, shared), s.v.row, s.v.column, s.keys, s.value_size, values);
  AttentionHead h;
  h.q = o.q + at(s.q, batch, head);
  h.q_row = s.q.row;
  h.q_column = s.q.column;
  h.keys = keys;
  h.values = values;
  if (s.masked) h.mask = o.mask + at(s.mask, batch, head);
  if (s.marked) h.marks = o.marks + at(s.marks, batch, head);
  h.y = o.y + at(s.y, batch, head);
  h.y_row = s.y.row;
  h.y_column = s.y.column;
  kernels_->attend(s, h, piece * chunk_, std::min(s.queries, (piece + 1) * chunk_), at_once_,
                   values + value_floats_);
}

}  // namespace pare
