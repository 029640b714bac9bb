#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/lowbit/lowbit.hpp"
#include "tensor/tensor.hpp"

namespace pare {

/// A panel of 16 columns of unsigned codes. A word is 64 bytes: 4 bytes for each column, byte i
/// holding k = i, or with 4 bits k = i in its low and k = 4 + i in its high half.
struct DotPanel {
  const std::byte* words = nullptr;  ///< [blocks][block_words][64]
  std::int64_t blocks = 0;
  std::int64_t block_words = 0;
  const float* scales = nullptr;        ///< [blocks][16]
  const std::int32_t* zeros = nullptr;  ///< [blocks][16]: w = (code - zero) * scale
};

/// Rows of signed 8-bit codes in the order of the words, zeros where blocks are filled up.
struct DotRows {
  const std::byte* x = nullptr;
  std::int64_t stride = 0;
  const std::int32_t* sums = nullptr;  ///< of each block
  std::int64_t sums_stride = 0;
};

/// y[R][16] = sum over blocks of scale * (sum of x (code - zero)); the inner sum is exact.
using DotFn = void (*)(const DotPanel&, const DotRows&, float* y);

inline constexpr int kMostDotRows = 8;

/// Kernels of one instruction set.
struct DotKernels {
  std::string_view isa;
  int rows = 0;                                ///< of the largest tile
  const DotFn (*run)[kMostDotRows] = nullptr;  ///< [4 or 8 bits][rows - 1]
  /// q = round(x / s) half to even, s = greatest |x| / 127; returns s (1 for zeros, NaN when a
  /// value is no finite number).
  float (*quantize)(const float* x, std::int8_t* q, std::int64_t n) = nullptr;
};

/// Those that this CPU has, best first; never empty.
std::span<const DotKernels* const> dot_kernels();

/// A product of rows that are made 8-bit integers as they come with packed integer weights of 8 or
/// 4 bits: y = s_row * sum over blocks of scale * (integer product). Each x moves by at most half
/// its row's step.
class DotMatrix {
 public:
  /// Errors: Fault::unsupported when levels less their least one, or zeros, are no integers from 0
  /// to 255.
  explicit DotMatrix(const LowbitSource& source,
                     const DotKernels& kernels = *dot_kernels().front());

  /// The matrix whose parts() these are; the arrays are used where they lie. Errors:
  /// Fault::corrupt.
  explicit DotMatrix(const std::vector<Tensor>& parts,
                     const DotKernels& kernels = *dot_kernels().front());
  [[nodiscard]] std::vector<Tensor> parts() const;

  /// y[M, N] = x[M, K] W (+ bias[N]). `scratch` has scratch_bytes(m), aligned to 64.
  void multiply(const float* x, std::int64_t m, const float* bias, float* y,
                std::byte* scratch) const;
  [[nodiscard]] std::size_t scratch_bytes(std::int64_t m) const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept;
  [[nodiscard]] int bits() const noexcept { return bits_; }
  [[nodiscard]] std::string_view isa() const noexcept { return kernels_->isa; }

 private:
  void pack(const LowbitSource& source, float least);
  void quantize(const float* x, std::byte* q, std::int32_t* sums, float* scale) const;
  void run_panel(std::int64_t panel, std::int64_t m, const DotRows& rows, const float* steps,
                 const float* bias, float* y) const;
  [[nodiscard]] std::int64_t depth() const noexcept;

  const DotKernels* kernels_;
  std::int64_t k_ = 0, n_ = 0, block_ = 0, blocks_ = 0, block_words_ = 0, panels_ = 0;
  std::int64_t pieces_ = 1;  // blocks that a long block of the source became
  int bits_ = 8;
  Tensor words_, scales_, zeros_;
};

}  // namespace pare
