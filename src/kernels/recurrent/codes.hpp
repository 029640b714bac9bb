#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/recurrent/recurrent.hpp"

namespace pare {

/// A row of numbers as unsigned codes: x = scale * (code - zero).
struct CodeRow {
  const std::uint8_t* codes = nullptr;  ///< as many as the depth, up to whole words of 4
  std::int32_t sum = 0;                 ///< of the codes that exist
  std::int32_t zero = 0;
  float scale = 1;
};

/// Weights of one block of LSTM's units: 4 gates of 16 columns.
struct CodeBlock {
  const std::int8_t* words = nullptr;  ///< [quads][64][4]: 4 numbers of the depth
  std::int64_t quads = 0;
  const float* scales = nullptr;              ///< [64]
  const std::int32_t* zeros = nullptr;        ///< [64]: w = (code - zero) * scale
  const std::int32_t* corrections = nullptr;  ///< [64]: sum of the codes less depth * zero
};

/// sums[r * stride + i] += x of row r times column i, the integers' sum exact and rounded once.
using CodeProduct = void (*)(const CodeBlock& block, const CodeRow* rows, float* sums,
                             std::int64_t stride);

struct CodeProductKernels {
  std::string_view isa;
  CodeProduct product[kMostRecurrentRows];  ///< by rows - 1
};

/// Those that this CPU has, best first; never empty. All give the same bits.
std::span<const CodeProductKernels* const> code_product_kernels();

/// Codes of the weights of an LSTM, packed. Sums of products fit 32 bits up to kMostCodeDepth.
inline constexpr std::int64_t kMostCodeDepth = 8192;

class CodeMatrix {
 public:
  CodeMatrix() = default;
  /// Errors: Fault::internal for counts that do not fit.
  CodeMatrix(const CodeSource& source, std::int64_t hidden, std::int64_t depth,
             const CodeProductKernels& kernels = *code_product_kernels().front());
  /// Adds the products of `count` <= kMostRecurrentRows rows to sums[r * stride + 0 .. 63].
  void add(std::int64_t block, const CodeRow* rows, std::int64_t count, float* sums,
           std::int64_t stride) const;
  [[nodiscard]] bool valid() const noexcept { return kernels_ != nullptr; }
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  const CodeProductKernels* kernels_ = nullptr;
  std::int64_t quads_ = 0;
  std::vector<std::int8_t> words_;
  std::vector<float> scales_;
  std::vector<std::int32_t> zeros_, corrections_;
};

/// Scale and zero of n numbers rounded to 256 steps over their range, 0 in it: as
/// DynamicQuantizeLinear.
CodeRow code_range(const float* x, std::int64_t n);
/// Rounds n numbers to the steps of `like`; `to` has room for whole words of 4.
CodeRow code_row(const float* x, std::int64_t n, const CodeRow& like, std::uint8_t* to);

}  // namespace pare
