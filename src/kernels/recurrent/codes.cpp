#include "kernels/recurrent/codes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "kernels/cpu.hpp"
#include "kernels/int8/int8.hpp"
#include "kernels/recurrent/recurrent_tables.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

constexpr std::int64_t kGates = 4;
constexpr std::int64_t kColumns = kGates * kRecurrentUnits;
constexpr std::int64_t kWord = 4;

std::vector<const CodeProductKernels*> available() {
  std::vector<const CodeProductKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512_vnni()) found.push_back(code_product_kernels_vnni());
#endif
  found.push_back(code_product_kernels_base());
  return found;
}

/// Column of a block, and which block, of row g * hidden + u of the weights.
std::int64_t place_of(std::int64_t gate, std::int64_t unit) {
  return unit / kRecurrentUnits * kColumns + gate * kRecurrentUnits + unit % kRecurrentUnits;
}

}  // namespace

std::span<const CodeProductKernels* const> code_product_kernels() {
  static const std::vector<const CodeProductKernels*> kFound = available();
  return kFound;
}

CodeMatrix::CodeMatrix(const CodeSource& s, std::int64_t hidden, std::int64_t depth,
                       const CodeProductKernels& kernels)
    : kernels_(&kernels), quads_((depth + kWord - 1) / kWord) {
  const std::int64_t rows = kGates * hidden;
  require(static_cast<std::int64_t>(s.codes.size()) == rows * depth, "CodeMatrix: codes");
  require(static_cast<std::int64_t>(s.scales.size()) == rows, "CodeMatrix: scales");
  require(static_cast<std::int64_t>(s.zeros.size()) == rows, "CodeMatrix: zeros");
  require(depth <= kMostCodeDepth, "CodeMatrix: depth");
  const std::int64_t blocks = (hidden + kRecurrentUnits - 1) / kRecurrentUnits;
  const auto all = static_cast<std::size_t>(blocks * kColumns);
  words_.assign(all * static_cast<std::size_t>(quads_ * kWord), 0);
  scales_.assign(all, 0.0F);
  zeros_.assign(all, 0);
  corrections_.assign(all, 0);
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t at = place_of(row / hidden, row % hidden);
    const std::int8_t* from = s.codes.data() + row * depth;
    std::int8_t* to =
        words_.data() + at / kColumns * quads_ * kColumns * kWord + at % kColumns * kWord;
    for (std::int64_t k = 0; k < depth; ++k) {
      to[k / kWord * kColumns * kWord + k % kWord] = from[k];
    }
    const auto i = static_cast<std::size_t>(at);
    const auto r = static_cast<std::size_t>(row);
    scales_[i] = s.scales[r];
    zeros_[i] = s.zeros[r];
    corrections_[i] =
        std::accumulate(from, from + depth, 0) - static_cast<std::int32_t>(depth) * s.zeros[r];
  }
}

void CodeMatrix::add(std::int64_t block, const CodeRow* rows, std::int64_t count, float* sums,
                     std::int64_t stride) const {
  const std::int64_t column = block * kColumns;
  const CodeBlock b = {words_.data() + column * quads_ * kWord, quads_, scales_.data() + column,
                       zeros_.data() + column, corrections_.data() + column};
  kernels_->product[count - 1](b, rows, sums, stride);
}

std::size_t CodeMatrix::bytes() const noexcept {
  return words_.size() + 4 * (scales_.size() + zeros_.size() + corrections_.size());
}

CodeRow code_range(const float* x, std::int64_t n) {
  constexpr float kSteps = 255;
  float range[2] = {0, 0};
  best_int8_kernels().range(x, n, range);
  CodeRow row;
  if (range[1] != range[0]) row.scale = (range[1] - range[0]) / kSteps;
  const float zero = std::nearbyint(-range[0] / row.scale);
  row.zero = std::isnan(zero) ? 0 : static_cast<std::int32_t>(std::clamp(zero, 0.0F, kSteps));
  return row;
}

CodeRow code_row(const float* x, std::int64_t n, const CodeRow& like, std::uint8_t* to) {
  std::byte* bytes = static_cast<std::byte*>(static_cast<void*>(to));
  best_int8_kernels().quantize(x, bytes, n, {like.scale, like.zero, false});
  std::fill(to + n, to + (n + kWord - 1) / kWord * kWord, std::uint8_t{0});
  CodeRow row = like;
  row.codes = to;
  row.sum = std::accumulate(to, to + n, 0);
  return row;
}

}  // namespace pare
