#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pare {

/// Columns whose nonzeros one list may name together.
inline constexpr int kSparseGroup = 4;
/// Columns whose sums are turned into rows together.
inline constexpr std::int64_t kSparseTile = 16;
/// Entries name words of a row by 16 bits.
inline constexpr std::int64_t kMostSparseWords = 65536;

/// A list: entry i multiplies word at[i] of every row by words[i * columns ...], a column each.
struct SparseList {
  const std::uint16_t* at;
  const std::uint32_t* words;
  std::int64_t count;
};

/// Affine numbers of 8-bit codes: x = scale * (q - zero).
struct SparseCodes {
  float scale = 1;
  std::int32_t zero = 0;
  bool is_signed = false;
};

/// What is done to sums: (integers: to float, times scale[n]) + bias[n] + what is added, slope for
/// what is below 0, bounds, then the codes of the result. NaN stays NaN (as a code: the zero
/// point's neighbour that QuantizeLinear gives).
struct SparseFinish {
  const float* scale = nullptr;          ///< integers only: one per column
  const std::int32_t* offset = nullptr;  ///< integers only: added to the sum; one per column
  const float* bias = nullptr;           ///< one per column, or nullptr
  const std::byte* add = nullptr;        ///< [m, n] like the result: floats or codes
  float slope = 1;                       ///< below 0 the value is multiplied by it
  float low = -__builtin_inff();
  float high = __builtin_inff();
  bool x_signed = false;  ///< codes of the rows
  bool add_codes = false;
  SparseCodes add_from;
  bool to_codes = false;
  SparseCodes to;
};

/// Where finished values go: `rows` rows of `count` columns out of a tile of sums.
struct SparseTile {
  const float* sums;  ///< [kSparseTile][width]: floats or 32-bit integers
  std::int64_t width;
  std::int64_t rows, count;
  std::int64_t column;  ///< the first, for scales and biases
  std::int64_t n;       ///< columns of the result
  std::int64_t first_row;
  const std::int32_t* shift = nullptr;  ///< integers only: one per column, added too; or nullptr
};

using SparseFn = void (*)(const SparseList& list, const std::byte* panel, std::byte* sums);

inline constexpr int kSparseWidths = 4;

/// One instruction set. A panel holds the words of `width` rows one after another: [words][width].
struct SparseKernels {
  std::string_view isa;
  int widths[kSparseWidths];          ///< rows of a panel, growing; the first is 1
  SparseFn floats[2][kSparseWidths];  ///< by group (1, kSparseGroup) and width
  SparseFn codes[2][kSparseWidths];
  /// Turns `rows` rows of `words` 32-bit words, `stride` bytes apart, into a panel; rows that are
  /// missing become zeros. Each word is combined with `flip` by exclusive or.
  void (*turn)(const std::byte* x, std::int64_t stride, std::int64_t rows, std::int64_t words,
               std::int64_t width, std::uint32_t flip, std::byte* panel);
  /// Whether all of them are finite.
  bool (*finite)(const float* x, std::int64_t n);
  void (*finish)(const SparseTile& tile, const SparseFinish& how, bool integers, std::byte* y);
  bool signed_codes = false;  ///< `codes` take signed codes, 128 less than the unsigned ones
};

/// Those that this CPU has, best first; never empty.
std::span<const SparseKernels* const> sparse_kernels();
const SparseKernels& best_sparse_kernels();

const SparseKernels* sparse_kernels_base();
const SparseKernels* sparse_kernels_avx2();
const SparseKernels* sparse_kernels_avx512();
const SparseKernels* sparse_kernels_vnni();
const SparseKernels* sparse_kernels_neon();
const SparseKernels* sparse_kernels_neon_dot();

}  // namespace pare
