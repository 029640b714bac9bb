#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

/// How packed weights hold their codes. A word is 64 bytes: some values of k for 16 columns.
enum class LowbitCode : std::uint8_t {
  signed8,   ///< 4 rows of 16 signed bytes: the level is the byte
  float8,    ///< 4 rows of 16 bytes with sign, exponent and mantissa: levels by arithmetic
  table256,  ///< 4 rows of 16 bytes: a table of levels
  table16,   ///< 16 lanes of 8 nibbles: a table of 16 levels
  table4,    ///< 16 lanes of 16 pairs of bits: a table of 4 levels
  trits,     ///< 16 lanes of 4 bytes, each 5 digits of base 3: a table of 3 levels
};
inline constexpr std::size_t kLowbitCodes = 6;

/// Values of k in a word.
constexpr std::int64_t word_values(LowbitCode code) noexcept {
  switch (code) {
    case LowbitCode::table16: return 8;
    case LowbitCode::table4: return 16;
    case LowbitCode::trits: return 20;
    default: return 4;
  }
}
std::string_view to_string(LowbitCode code) noexcept;

/// A panel of 16 columns.
struct LowbitPanel {
  const std::byte* words = nullptr;  ///< [blocks][block_words][64]
  std::int64_t blocks = 0;
  std::int64_t block_words = 0;
  const float* scales = nullptr;  ///< [blocks][16]
  const float* zeros = nullptr;   ///< the same, or none: w = (level - zero) * scale
  const float* table = nullptr;   ///< 256, 16 or 4 levels
  int shift = 0;                  ///< float8: from the code to the bits of a 16-bit float
  int mask = 0;
};

/// y[R][16] = x[R][...] times a panel; x lies as the words do, with zeros where they are filled up.
using LowbitFewFn = void (*)(const LowbitPanel&, const float* x, std::int64_t x_stride, float* y);
/// The weights of some words as floats [values][16].
using LowbitDecodeFn = void (*)(const LowbitPanel&, std::int64_t first, std::int64_t last,
                                float* w);
/// y[R][16 * panels] += a [k][R] times panels of floats [k][16], `stride` floats apart.
using LowbitMultiplyFn = void (*)(const float* a, const float* w, std::int64_t stride,
                                  std::int64_t k, float* y, std::int64_t y_stride);

inline constexpr int kMostFewRows = 8;
inline constexpr int kMostFloatRows = 14;
inline constexpr int kMostFloatPanels = 2;

/// Kernels of one instruction set. All add up in float32.
struct LowbitKernels {
  std::string_view isa;
  int rows = 0;      ///< of the largest tile of `multiply`
  int panels = 0;    ///< of the same
  int few_rows = 0;  ///< of the largest tile of `few`
  int few_most = 0;  ///< rows up to which unpacking anew for each tile of `few` is faster
  const LowbitFewFn (*few)[2][kMostFewRows] = nullptr;           ///< [code][has zeros][rows - 1]
  const LowbitDecodeFn (*decode)[2] = nullptr;                   ///< [code][has zeros]
  const LowbitMultiplyFn (*multiply)[kMostFloatRows] = nullptr;  ///< [panels - 1][rows - 1]
};

/// Those that this CPU has, best first; never empty.
std::span<const LowbitKernels* const> lowbit_kernels();

/// Weights [K, N] as codes: w = (levels[code] - zero) * scale.
struct LowbitSource {
  std::int64_t k = 0;
  std::int64_t n = 0;
  std::span<const std::uint8_t> codes;  ///< [K, N], one to a byte
  std::span<const float> levels;        ///< at most 256, finite where codes use them
  std::int64_t block = 0;               ///< values along K that share a scale; 0 = K
  std::span<const float> scales;        ///< [ceil(K / block), N]
  std::span<const float> zeros;         ///< the same, or empty
  /// Levels of three values take 1.6 instead of 2 bits and half as much time again to unpack.
  bool dense_trits = false;
};

/// The format that weights with these levels get when all that are finite are used.
LowbitCode lowbit_code(std::span<const float> levels);

/// A product with weights that stay packed. With few rows the codes are unpacked in registers, as
/// fast as they come from memory; with many, a few columns at a time become floats in the cache.
class LowbitMatrix {
 public:
  /// Errors: Fault::internal when sizes do not agree or a code has no level.
  explicit LowbitMatrix(const LowbitSource& source,
                        const LowbitKernels& kernels = *lowbit_kernels().front());

  /// The matrix whose parts() these are; the arrays are used where they lie. Errors:
  /// Fault::corrupt.
  explicit LowbitMatrix(const std::vector<Tensor>& parts,
                        const LowbitKernels& kernels = *lowbit_kernels().front());
  [[nodiscard]] std::vector<Tensor> parts() const;

  /// y[M, N] = x[M, K] W (+ bias[N]). `scratch` has scratch_bytes(m), aligned to 64.
  void multiply(const float* x, std::int64_t m, const float* bias, float* y,
                std::byte* scratch) const;
  [[nodiscard]] std::size_t scratch_bytes(std::int64_t m) const noexcept;
  /// Bytes of packed codes, scales and zeros.
  [[nodiscard]] std::size_t bytes() const noexcept;
  [[nodiscard]] LowbitCode code() const noexcept { return code_; }
  [[nodiscard]] std::string_view isa() const noexcept { return kernels_->isa; }

 private:
  void choose(const LowbitSource& source);
  bool take_signed8(const std::array<bool, 256>& used, float shift);
  bool take_float8(const std::array<bool, 256>& used, const LowbitSource& source);
  void pack(const LowbitSource& source);
  void put(std::span<std::byte> words, std::int64_t k, std::int64_t n, std::uint8_t code) const;
  static void finish_trits(std::span<std::byte> words);
  [[nodiscard]] LowbitPanel panel(std::int64_t index) const;
  [[nodiscard]] std::int64_t depth() const noexcept;  ///< values that the words of a column hold
  void spread(const float* x, float* to, std::int64_t step) const;
  void few(const float* x, std::int64_t m, const float* bias, float* y, std::byte* scratch) const;
  void many(const float* x, std::int64_t m, const float* bias, float* y, std::byte* scratch) const;
  void many_columns(std::int64_t first, std::int64_t count, std::int64_t m, const float* a,
                    float* y, float* w) const;

  const LowbitKernels* kernels_;
  LowbitCode code_ = LowbitCode::table256;
  std::int64_t k_ = 0, n_ = 0, block_ = 0, blocks_ = 0, block_words_ = 0, panels_ = 0;
  int shift_ = 0, mask_ = 0;
  float level_shift_ = 0;                  ///< taken from levels and zeros
  float level_scale_ = 1;                  ///< taken from levels, put into the scales
  std::array<std::uint8_t, 256> remap_{};  ///< signed8: the byte of each code
  std::vector<float> table_;
  Tensor words_, scales_, zeros_;  // aligned to the vectors that read them
};

}  // namespace pare
