#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace pare {

enum class BinaryFunction : std::uint8_t { add, sub, mul, div };

/// Loops over two float32 operands; every instruction set gives the same bits.
struct BinaryKernels {
  std::string_view isa;
  /// y[i] = a[i * step_a] op b[i * step_b] for i < n; steps are 0 or 1. y may be a or b where that
  /// one's step is 1.
  void (*run)(BinaryFunction f, const float* a, std::int64_t step_a, const float* b,
              std::int64_t step_b, float* y, std::int64_t n);
};

/// Those that this CPU has, best first; never empty.
std::span<const BinaryKernels* const> binary_kernels();

/// Sizes of a result as it lies in memory, outermost first, and what one step along each means in
/// elements of either operand: 0 where the operand repeats.
struct BroadcastLoop {
  std::vector<std::int64_t> sizes, a, b;

  /// Leaves out dimensions of one element and joins those that both operands walk through as one,
  /// so that the innermost loop, whose steps become 0 or 1, is as long as can be. At least one
  /// dimension is left. Dimensions with a step above 1 innermost get one of size 1 behind them.
  void simplify();
};

/// All of the loop, over disjoint ranges of y by parallel_for.
void run_broadcast(const BinaryKernels& kernels, BinaryFunction f, const BroadcastLoop& loop,
                   const float* a, const float* b, float* y);

}  // namespace pare
