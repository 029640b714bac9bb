#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "kernels/activation.hpp"
#include "kernels/functions/functions.hpp"
#include "numerics/dtype.hpp"

namespace pare {

/// y[i] = f(x[i]) for n numbers; y may be x. NaN stays NaN.
using ElementwiseFn = void (*)(const float* x, float* y, std::int64_t n, float alpha, float beta);

enum class Comparison : std::uint8_t { equal, greater, greater_or_equal, less, less_or_equal };

inline constexpr std::int64_t kFillBeyond = 15;

/// Loops over float32 numbers; every instruction set gives the same bits. Steps are 0 (one number
/// for all) or 1. Each function is its formula in kernels/activation.hpp, every operation rounded
/// to float32; softplus is within 4 ulp.
struct ElementwiseKernels {
  std::string_view isa;
  ElementwiseFn relu, leaky_relu, clip, hard_sigmoid, hard_swish, softplus, abs, neg, sqrt,
      reciprocal, floor, ceil;
  /// x^2, x^3, x^4, x^(1/2) and x^(-1/2) as pow() defines them, the last within 1 ulp.
  ElementwiseFn square, cube, fourth, root, inverse_root;
  /// The greater (or smaller) of two; NaN where either is one. y may be a or b of step 1.
  void (*extreme)(bool greatest, const float* a, std::int64_t step_a, const float* b,
                  std::int64_t step_b, float* y, std::int64_t n);
  /// y[i] = mask[i] != 0 ? a[i] : b[i]. y may be a or b of step 1.
  void (*choose)(const std::uint8_t* mask, std::int64_t step_mask, const float* a,
                 std::int64_t step_a, const float* b, std::int64_t step_b, float* y,
                 std::int64_t n);
  /// y[i] = *x for n numbers, and up to kFillBeyond more behind them.
  void (*fill)(const float* x, float* y, std::int64_t n);
  /// y[i] = 1 where it holds, else 0.
  void (*compare)(Comparison c, const float* a, std::int64_t step_a, const float* b,
                  std::int64_t step_b, std::uint8_t* y, std::int64_t n);
};

/// Those that this CPU has, best first; never empty.
std::span<const ElementwiseKernels* const> elementwise_kernels();

/// A function of one number as a loop over many.
struct UnaryLoop {
  FunctionFn function = nullptr;  ///< of kernels/functions; or
  ElementwiseFn loop = nullptr;
  float alpha = 0;
  float beta = 0;

  void operator()(const float* x, float* y, std::int64_t n) const {
    if (function != nullptr) {
      function(x, y, n, alpha);
    } else {
      loop(x, y, n, alpha, beta);
    }
  }
};

/// The best loop of this CPU for a function; nullopt when there is none for it.
std::optional<UnaryLoop> unary_loop(const Activation& f);
/// The loop of these kernels, log and power (which every instruction set shares) included.
std::optional<UnaryLoop> unary_loop(const ElementwiseKernels& kernels, const Activation& f);

/// Converts elements [begin, end) of `in` to those of `out`.
using ConvertFn = void (*)(const std::byte* in, std::byte* out, std::int64_t begin,
                           std::int64_t end);
/// From any number or boolean that tensor/visit.hpp knows to float32, float16 or bfloat16.
ConvertFn convert_to_float(ElementKind from, ElementKind to);

}  // namespace pare
