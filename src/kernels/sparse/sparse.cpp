#include "kernels/sparse/sparse.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "kernels/cpu.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

constexpr std::int64_t kWordCodes = 4;
constexpr std::int64_t kLine = 64;

std::vector<const SparseKernels*> available() {
  std::vector<const SparseKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512_vnni()) found.push_back(sparse_kernels_vnni());
  if (cpu::has_avx512()) found.push_back(sparse_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(sparse_kernels_avx2());
#elif defined(__aarch64__)
  if (cpu::has_neon_dot()) found.push_back(sparse_kernels_neon_dot());
  found.push_back(sparse_kernels_neon());
#endif
  found.push_back(sparse_kernels_base());
  return found;
}

std::int64_t up(std::int64_t n, std::int64_t to) { return (n + to - 1) / to; }

std::int64_t words_of(const SparseSource& s) {
  return s.floats != nullptr ? s.k : up(s.k, kWordCodes);
}

/// The word of a column: a float, or 4 codes.
std::uint32_t word_of(const SparseSource& s, std::int64_t word, std::int64_t n) {
  if (n >= s.n) return 0;
  if (s.floats != nullptr) {
    const float w = s.floats[word * s.k_step + n * s.n_step];
    return w == 0 ? 0 : std::bit_cast<std::uint32_t>(w);  // -0 is a zero too
  }
  std::uint32_t all = 0;
  for (std::int64_t i = 0; i < kWordCodes && word * kWordCodes + i < s.k; ++i) {
    const std::int8_t w = s.codes[(word * kWordCodes + i) * s.k_step + n * s.n_step];
    all |= std::uint32_t{std::bit_cast<std::uint8_t>(w)} << (8 * i);
  }
  return all;
}

}  // namespace

std::span<const SparseKernels* const> sparse_kernels() {
  static const std::vector<const SparseKernels*> kFound = available();
  return kFound;
}

const SparseKernels& best_sparse_kernels() { return *sparse_kernels().front(); }

SparseCount count_sparse(const SparseSource& source) {
  SparseCount count;
  const std::int64_t words = words_of(source);
  count.words = words * source.n;
  for (std::int64_t w = 0; w < words; ++w) {
    for (std::int64_t n = 0; n < source.n; n += kSparseGroup) {
      std::int64_t here = 0;
      for (std::int64_t g = 0; g < kSparseGroup; ++g)
        here += word_of(source, w, n + g) != 0 ? 1 : 0;
      count.listed += here;
      if (here > 0) count.grouped += std::min<std::int64_t>(kSparseGroup, source.n - n);
    }
  }
  return count;
}

SparseMatrix::SparseMatrix(const SparseSource& source, const SparseKernels& kernels)
    : kernels_(&kernels),
      k_(source.k),
      n_(source.n),
      words_(words_of(source)),
      integers_(source.floats == nullptr) {
  if (words_ > kMostSparseWords) throw Error(Fault::unsupported, "rows that are too long");
  group_ = count_sparse(source).shares() ? kSparseGroup : 1;
  pack(source);
}

void SparseMatrix::pack(const SparseSource& source) {
  begins_.push_back(0);
  for (std::int64_t n = 0; n < n_; n += group_) {
    for (std::int64_t w = 0; w < words_; ++w) {
      std::uint32_t words[kSparseGroup];
      std::uint32_t any = 0;
      for (std::int64_t g = 0; g < group_; ++g) any |= words[g] = word_of(source, w, n + g);
      if (any == 0) continue;
      at_.push_back(static_cast<std::uint16_t>(w));
      values_.insert(values_.end(), words, words + group_);
    }
    begins_.push_back(static_cast<std::uint32_t>(at_.size()));
  }
  if (!integers_) return;
  sums_.assign(static_cast<std::size_t>(n_), 0);
  for (std::int64_t n = 0; n < n_; ++n) {
    for (std::int64_t k = 0; k < k_; ++k) {
      sums_[static_cast<std::size_t>(n)] += source.codes[k * source.k_step + n * source.n_step];
    }
  }
  if (!kernels_->signed_codes) return;
  for (const std::int32_t sum : sums_) shifts_.push_back(128 * sum);
}

std::size_t SparseMatrix::bytes() const noexcept {
  return begins_.size() * sizeof(begins_[0]) + at_.size() * sizeof(at_[0]) +
         (values_.size() + sums_.size()) * sizeof(std::uint32_t);
}

/// Index into the widths of the kernels of the narrowest panel with room for `rows`.
int SparseMatrix::width_for(std::int64_t rows) const noexcept {
  int i = 0;
  while (i + 1 < kSparseWidths && kernels_->widths[i] < rows) ++i;
  return i;
}

/// What one call is about.
struct SparseMatrix::Job {
  const std::byte* x;
  std::int64_t m;
  const SparseFinish& how;
  std::byte* y;
  [[nodiscard]] std::int64_t stride(std::int64_t k, bool integers) const {
    return integers ? k : 4 * k;
  }
};

std::size_t SparseMatrix::scratch_bytes(std::int64_t m, std::int64_t parts) const noexcept {
  const std::int64_t width = kernels_->widths[width_for(m)];
  const std::int64_t panel = up(4 * words_ * width, kLine) * kLine;
  const std::int64_t tile = up(4 * kSparseTile * width, kLine) * kLine;
  return static_cast<std::size_t>((panel + tile) * std::max<std::int64_t>(1, parts));
}

void SparseMatrix::prepare(const Job& job, std::int64_t first, std::int64_t rows,
                           std::byte* panel) const {
  const std::int64_t width = kernels_->widths[width_for(rows)];
  const std::int64_t stride = job.stride(k_, integers_);
  const std::byte* x = job.x + first * stride;
  if (!integers_) {
    kernels_->turn(x, stride, rows, words_, width, 0, panel);
    return;
  }
  const std::uint32_t flip = job.how.x_signed == kernels_->signed_codes ? 0U : 0x80808080U;
  const std::int64_t whole = k_ / kWordCodes;
  kernels_->turn(x, stride, rows, whole, width, flip, panel);
  if (whole == words_) return;
  for (std::int64_t r = 0; r < width; ++r) {
    std::uint32_t word = 0;
    if (r < rows) {
      std::memcpy(&word, x + r * stride + whole * kWordCodes,
                  static_cast<std::size_t>(k_ - whole * kWordCodes));
    }
    word ^= flip;
    std::memcpy(panel + 4 * (whole * width + r), &word, sizeof(word));
  }
}

void SparseMatrix::columns(const Job& job, std::int64_t first, std::int64_t rows,
                           const std::byte* panel, std::int64_t begin, std::int64_t end,
                           float* tile) const {
  const int kind = width_for(rows);
  const std::int64_t width = kernels_->widths[kind];
  const auto& table = integers_ ? kernels_->codes : kernels_->floats;
  const SparseFn run = table[group_ == 1 ? 0 : 1][kind];
  const std::int32_t* shift = shifts_.empty() ? nullptr : shifts_.data();
  auto* sums = static_cast<std::byte*>(static_cast<void*>(tile));
  for (std::int64_t t = begin; t < end; ++t) {
    const std::int64_t column = t * kSparseTile;
    const std::int64_t count = std::min(kSparseTile, n_ - column);
    for (std::int64_t c = 0; c < count; c += group_) {
      const auto list = static_cast<std::size_t>((column + c) / group_);
      const std::uint32_t from = begins_[list];
      run({at_.data() + from, values_.data() + static_cast<std::size_t>(from) * group_,
           static_cast<std::int64_t>(begins_[list + 1] - from)},
          panel, sums + 4 * c * width);
    }
    kernels_->finish({tile, width, rows, count, column, n_, first, shift}, job.how, integers_,
                     job.y);
  }
  if (!integers_) spread_not_finite(job, first, rows, begin, end);
}

/// Whether the list of a column has the word, with a value of its own that is not 0.
bool SparseMatrix::lists(std::int64_t word, std::int64_t column) const noexcept {
  const auto list = static_cast<std::size_t>(column / group_);
  const auto* from = at_.data() + begins_[list];
  const auto* to = at_.data() + begins_[list + 1];
  const auto* found = std::lower_bound(from, to, static_cast<std::uint16_t>(word));
  if (found == to || *found != word) return false;
  return values_[static_cast<std::size_t>((found - at_.data()) * group_ + column % group_)] != 0;
}

/// 0 * inf and 0 * NaN are NaN: where a row has such a value and a column no weight for it, the
/// sum is NaN whatever else is in it.
void SparseMatrix::spread_not_finite(const Job& job, std::int64_t first, std::int64_t rows,
                                     std::int64_t begin, std::int64_t end) const {
  for (std::int64_t r = first; r < first + rows; ++r) {
    const float* x = view<float>(job.x) + r * k_;
    if (kernels_->finite(x, k_)) continue;
    const std::int64_t last = std::min(end * kSparseTile, n_);
    for (std::int64_t n = begin * kSparseTile; n < last; ++n) {
      for (std::int64_t k = 0; k < k_; ++k) {
        if (std::isfinite(x[k]) || lists(k, n)) continue;
        view<float>(job.y)[r * n_ + n] = std::numeric_limits<float>::quiet_NaN();
        break;
      }
    }
  }
}

void SparseMatrix::multiply(const std::byte* x, std::int64_t m, const SparseFinish& finish,
                            std::byte* y, std::byte* scratch, std::int64_t most_parts) const {
  if (m == 0 || n_ == 0) return;
  const Job job{x, m, finish, y};
  const std::int64_t widest = kernels_->widths[width_for(m)];
  const std::int64_t panels = up(m, widest);
  const std::int64_t panel_bytes = up(4 * words_ * widest, kLine) * kLine;
  const std::int64_t tile_bytes = up(4 * kSparseTile * widest, kLine) * kLine;
  const std::int64_t slot = panel_bytes + tile_bytes;
  const std::int64_t tiles = up(n_, kSparseTile);
  const std::int64_t most =
      std::clamp<std::int64_t>(threads(), 1, std::max<std::int64_t>(1, most_parts));
  // One part of the rows or of the columns for each thread, with memory of its own.
  const bool by_rows = panels >= most;
  constexpr std::int64_t kLeastWork = 1 << 16;  // in products: below, one thread is faster
  const std::int64_t work = m * (static_cast<std::int64_t>(values_.size()) + words_ + 8 * n_);
  const std::int64_t parts = work < kLeastWork ? 1 : std::min(most, by_rows ? panels : tiles);
  // Parts of the columns turn the same rows, each for itself: the other core's copy is far away.
  parallel_for(parts, 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t part = from; part < to; ++part) {
      const auto share = [&](std::int64_t of, std::int64_t end) {
        return of * (part + end) / parts;
      };
      std::byte* panel = scratch + part * slot;
      float* tile = view<float>(panel + panel_bytes);
      const std::int64_t last = by_rows ? share(panels, 1) : panels;
      for (std::int64_t p = by_rows ? share(panels, 0) : 0; p < last; ++p) {
        const std::int64_t rows = std::min(widest, m - p * widest);
        prepare(job, p * widest, rows, panel);
        columns(job, p * widest, rows, panel, by_rows ? 0 : share(tiles, 0),
                by_rows ? tiles : share(tiles, 1), tile);
      }
    }
  });
}

}  // namespace pare
