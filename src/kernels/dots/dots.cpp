#include "kernels/dots/dots.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/checked.hpp"
#include "base/error.hpp"
#include "base/threads.hpp"
#include "kernels/cpu.hpp"
#include "kernels/dots/dots_tables.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

constexpr std::int64_t kColumns = 16;
constexpr std::int64_t kWordBytes = 64;
/// 2 * 255 * 127 times this is below 2^31: sums of a block and their zero points stay exact.
constexpr std::int64_t kMostBlock = 16384;

std::vector<const DotKernels*> available() {
  std::vector<const DotKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512_vnni()) found.push_back(dot_kernels_vnni());
  if (cpu::has_avx512()) found.push_back(dot_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(dot_kernels_avx2());
#elif defined(__aarch64__)
  if (cpu::has_neon_i8mm()) found.push_back(dot_kernels_neon_i8mm());
  if (cpu::has_neon_dot()) found.push_back(dot_kernels_neon_dot());
  found.push_back(dot_kernels_neon());
#endif
  found.push_back(dot_kernels_base());
  return found;
}

std::int64_t up(std::int64_t n, std::int64_t to) { return (n + to - 1) / to; }

bool is_byte(float x) { return x >= 0 && x <= 255 && x == std::nearbyint(x); }

}  // namespace

std::span<const DotKernels* const> dot_kernels() {
  static const std::vector<const DotKernels*> kFound = available();
  return kFound;
}

DotMatrix::DotMatrix(const LowbitSource& s, const DotKernels& kernels)
    : kernels_(&kernels), k_(s.k), n_(s.n), panels_(up(s.n, kColumns)) {
  block_ = s.block <= 0 || s.block > s.k ? std::max<std::int64_t>(1, s.k) : s.block;
  const auto steps = static_cast<std::size_t>(up(k_, block_) * n_);
  require(s.codes.size() == static_cast<std::size_t>(k_ * n_), "DotMatrix: wrong count");
  require(s.scales.size() == steps, "DotMatrix: wrong count of scales");
  require(s.zeros.empty() || s.zeros.size() == steps, "DotMatrix: wrong count of zeros");
  while (block_ > kMostBlock) {
    if (block_ % 2 != 0) block_ += 1;  // the last piece has a value less
    block_ /= 2;
    pieces_ *= 2;
  }
  if (s.block > 0 && s.block < s.k && block_ * pieces_ != s.block) {
    throw Error(Fault::unsupported, cat("blocks of ", s.block, " values"));
  }
  blocks_ = up(k_, block_);
  float least = 0;
  float greatest = 0;
  for (const std::uint8_t c : s.codes) {
    require(c < s.levels.size(), "DotMatrix: a code without a level");
    least = std::min(least, s.levels[c]);
    greatest = std::max(greatest, s.levels[c]);
  }
  bits_ = greatest - least <= 15 ? 4 : 8;
  block_words_ = up(block_, 32 / bits_);
  pack(s, least);
}

void DotMatrix::pack(const LowbitSource& s, float least) {
  words_ = Tensor(ElementKind::u8, {panels_, blocks_, block_words_, kWordBytes});
  scales_ = Tensor(ElementKind::f32, {panels_, blocks_, kColumns});
  zeros_ = Tensor(ElementKind::i32, {panels_, blocks_, kColumns});
  const auto words = words_.mutable_bytes();
  const std::int64_t values = 32 / bits_;
  for (std::int64_t k = 0; k < k_; ++k) {
    for (std::int64_t n = 0; n < n_; ++n) {
      const float level = s.levels[s.codes[static_cast<std::size_t>(k * n_ + n)]] - least;
      if (!is_byte(level)) throw Error(Fault::unsupported, "weights that are no integers");
      const auto code = static_cast<unsigned>(level);
      const std::int64_t inside = k % block_ % values;
      const std::int64_t word =
          (n / kColumns * blocks_ + k / block_) * block_words_ + k % block_ / values;
      auto& to =
          words[static_cast<std::size_t>(word * kWordBytes + 4 * (n % kColumns) + inside % 4)];
      to |= static_cast<std::byte>(code << (inside < 4 ? 0U : 4U));
    }
  }
  const auto scales = scales_.mutable_data<float>();
  const auto zeros = zeros_.mutable_data<std::int32_t>();
  for (std::int64_t b = 0; b < blocks_; ++b) {
    for (std::int64_t n = 0; n < n_; ++n) {
      const auto from = static_cast<std::size_t>(b / pieces_ * n_ + n);
      const auto to =
          static_cast<std::size_t>((n / kColumns * blocks_ + b) * kColumns + n % kColumns);
      const float zero = (s.zeros.empty() ? 0.0F : s.zeros[from]) - least;
      if (!is_byte(zero)) throw Error(Fault::unsupported, "a zero point that is no integer");
      scales[to] = s.scales[from];
      zeros[to] = static_cast<std::int32_t>(zero);
    }
  }
}

DotMatrix::DotMatrix(const std::vector<Tensor>& parts, const DotKernels& kernels)
    : kernels_(&kernels) {
  constexpr std::size_t kSizes = 8;
  if (parts.size() != 4 || parts[0].size() != kSizes) throw Error(Fault::corrupt, "no DotMatrix");
  const auto sizes = parts[0].data<std::int64_t>();
  constexpr std::int64_t kMost = std::int64_t{1} << 28;
  for (const std::int64_t s : sizes) {
    if (s < 1 || s > kMost) throw Error(Fault::corrupt, cat("a DotMatrix of size ", s));
  }
  k_ = sizes[0];
  n_ = sizes[1];
  block_ = sizes[2];
  blocks_ = sizes[3];
  block_words_ = sizes[4];
  panels_ = sizes[5];
  pieces_ = sizes[6];
  bits_ = static_cast<int>(sizes[7]);
  const std::int64_t steps = checked_mul(checked_mul(panels_, blocks_), kColumns);
  const std::int64_t words = checked_mul(checked_mul(panels_ * blocks_, block_words_), kWordBytes);
  const bool fits = (bits_ == 4 || bits_ == 8) && panels_ == up(n_, kColumns) &&
                    blocks_ == up(k_, block_) && block_words_ == up(block_, 32 / bits_) &&
                    parts[1].size() == words && parts[2].size() == steps &&
                    parts[3].size() == steps;
  if (!fits) throw Error(Fault::corrupt, "a DotMatrix whose sizes do not agree");
  words_ = parts[1];
  scales_ = parts[2];
  zeros_ = parts[3];
  (void)scales_.data<float>();
  (void)zeros_.data<std::int32_t>();
}

std::vector<Tensor> DotMatrix::parts() const {
  const Tensor sizes = Tensor::of<std::int64_t>(
      {8}, {k_, n_, block_, blocks_, block_words_, panels_, pieces_, bits_});
  return {sizes, words_, scales_, zeros_};
}

std::int64_t DotMatrix::depth() const noexcept { return blocks_ * block_words_ * (32 / bits_); }

std::size_t DotMatrix::bytes() const noexcept {
  return words_.bytes().size() + scales_.bytes().size() + zeros_.bytes().size();
}

std::size_t DotMatrix::scratch_bytes(std::int64_t m) const noexcept {
  // Sums and steps of the rows, then their codes.
  return static_cast<std::size_t>(m) *
         (static_cast<std::size_t>(blocks_ + 1) * 4 + static_cast<std::size_t>(depth()));
}

void DotMatrix::quantize(const float* x, std::byte* q, std::int32_t* sums, float* step) const {
  auto* codes = view<std::int8_t>(q);
  *step = kernels_->quantize(x, codes, k_);
  const std::int64_t room = block_words_ * (32 / bits_);
  for (std::int64_t b = blocks_; b-- > 0;) {  // from the last: blocks move up to where words begin
    const std::int64_t count = std::min(block_, k_ - b * block_);
    std::int8_t* to = codes + b * room;
    std::copy_backward(codes + b * block_, codes + b * block_ + count, to + count);
    std::fill(to + count, to + room, std::int8_t{0});
    std::int32_t sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += to[i];
    sums[b] = sum;
  }
}

void DotMatrix::multiply(const float* x, std::int64_t m, const float* bias, float* y,
                         std::byte* scratch) const {
  auto* sums = view<std::int32_t>(scratch);
  auto* steps = view<float>(scratch + 4 * m * blocks_);
  std::byte* codes = scratch + 4 * m * (blocks_ + 1);
  constexpr std::int64_t kGrain = 1 << 16;
  parallel_for(m, std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, k_)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t r = begin; r < end; ++r) {
                   quantize(x + r * k_, codes + r * depth(), sums + r * blocks_, steps + r);
                 }
               });
  const DotRows rows = {codes, depth(), sums, blocks_};
  const std::int64_t work = std::max<std::int64_t>(1, m * blocks_ * block_words_ * kWordBytes);
  parallel_for(panels_, std::max<std::int64_t>(1, kGrain / work),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t p = begin; p < end; ++p) run_panel(p, m, rows, steps, bias, y);
               });
}

void DotMatrix::run_panel(std::int64_t index, std::int64_t m, const DotRows& rows,
                          const float* steps, const float* bias, float* y) const {
  DotPanel panel;
  panel.words = words_.bytes().data() + index * blocks_ * block_words_ * kWordBytes;
  panel.blocks = blocks_;
  panel.block_words = block_words_;
  panel.scales = scales_.data<float>().data() + index * blocks_ * kColumns;
  panel.zeros = zeros_.data<std::int32_t>().data() + index * blocks_ * kColumns;
  const std::int64_t columns = std::min(kColumns, n_ - index * kColumns);
  const auto* table = kernels_->run[bits_ == 4 ? 0 : 1];
  alignas(64) float sums[kMostDotRows * kColumns];
  for (std::int64_t first = 0; first < m; first += kernels_->rows) {
    const std::int64_t height = std::min<std::int64_t>(kernels_->rows, m - first);
    DotRows tile = rows;
    tile.x += first * rows.stride;
    tile.sums += first * rows.sums_stride;
    table[height - 1](panel, tile, sums);
    for (std::int64_t r = 0; r < height; ++r) {
      float* to = y + (first + r) * n_ + index * kColumns;
      for (std::int64_t c = 0; c < columns; ++c) {
        to[c] = sums[r * kColumns + c] * steps[first + r] +
                (bias == nullptr ? 0.0F : bias[index * kColumns + c]);
      }
    }
  }
}

}  // namespace pare
