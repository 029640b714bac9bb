#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pare {

/// Affine numbers of 8-bit codes: x = scale * (q - zero).
struct Affine8 {
  float scale = 1;
  std::int32_t zero = 0;
  bool is_signed = false;
};

/// y = clamp(x_a + x_b or x_a * x_b, low, high), quantized.
struct Binary8 {
  Affine8 a, b, y;
  float low = 0;  ///< activation as bounds; -inf / +inf when there is none
  float high = 0;
  bool multiply = false;
};

/// Sums of so many codes' squares fit 32 bits.
inline constexpr std::int64_t kMostMoments = 16384;

struct Normal8 {
  float mean = 0;  ///< of the codes
  float factor = 1;
  const float* gain = nullptr;
  const float* bias = nullptr;
  bool is_signed = false;
  Affine8 y;
};

/// Kernels on 8-bit codes, `n` elements each. All round half to even, saturate and take NaN for 0,
/// and every instruction set gives the same bits: the operations are those of the float meaning,
/// one by one.
struct Int8Kernels {
  std::string_view isa;
  /// y = saturate(round(x / scale) + zero).
  void (*quantize)(const float* x, std::byte* y, std::int64_t n, const Affine8& to);
  /// y = (x - zero) * scale.
  void (*dequantize)(const std::byte* x, float* y, std::int64_t n, const Affine8& from);
  void (*binary)(const std::byte* a, const std::byte* b, std::byte* y, std::int64_t n,
                 const Binary8& how);
  /// As binary with one value of b for all.
  void (*binary_one)(const std::byte* a, std::byte b, std::byte* y, std::int64_t n,
                     const Binary8& how);
  /// {least, greatest} of n numbers and 0; NaN is passed over.
  void (*range)(const float* x, std::int64_t n, float range[2]);
  /// Adds n codes to n 32-bit sums.
  void (*accumulate)(const std::byte* x, std::int32_t* sums, std::int64_t n, bool is_signed);
  /// Sum of n codes and sum of their squares; n at most kMostMoments.
  void (*moments)(const std::byte* x, std::int64_t n, bool is_signed, std::int32_t* sum,
                  std::int32_t* squares);
  /// Quantizes (code - mean) * factor * gain[i] + bias[i]; without a bias it is nullptr.
  void (*normalise)(const std::byte* x, std::byte* y, std::int64_t n, const Normal8& how);
};

/// Those that this CPU has, best first; never empty.
std::span<const Int8Kernels* const> int8_kernels();
/// The first of them.
const Int8Kernels& best_int8_kernels();

/// y[i] = table[x[i]].
void look_up(const std::byte* x, std::byte* y, std::int64_t n, const std::byte* table) noexcept;

}  // namespace pare
