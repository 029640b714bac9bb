#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pare {

/// y = (x - mean) / sqrt(variance + epsilon) * scale + bias; without `centred` the mean is taken
/// for 0 (RMS).
struct NormRow {
  const float* scale = nullptr;  ///< [n]
  const float* bias = nullptr;   ///< [n]; may be nullptr
  float epsilon = 0;
  bool centred = true;
};

/// Kernels of one instruction set, on rows of n float32 numbers.
struct NormKernels {
  std::string_view isa;
  /// y may be x. statistics = {mean, 1 / deviation}. Sums are those of float32 numbers less a first
  /// estimate of the mean, so that rows far from zero keep their digits; rows whose squares leave
  /// the range of float32 are summed up in double.
  void (*normalize)(const float* x, float* y, std::int64_t n, const NormRow& how,
                    float statistics[2]);
  /// y = a + b (+ c); c may be nullptr, y any of them.
  void (*add)(const float* a, const float* b, const float* c, float* y, std::int64_t n);
  /// y = e^(x - max x) / sum; y may be x. NaN, +inf and rows of nothing but -inf make NaN of all.
  void (*softmax)(const float* x, float* y, std::int64_t n);
};

/// Those that this CPU has, best first; never empty.
std::span<const NormKernels* const> norm_kernels();

}  // namespace pare
