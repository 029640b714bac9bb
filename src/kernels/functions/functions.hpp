#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kernels/activation.hpp"

namespace pare {

/// y[i] = f(x[i]) for n numbers; y may be x. NaN stays NaN. Errors against the exact function, in
/// ulp of the result where that is a normal number (tests/kernels/functions_test.cpp measures
/// them): exp, sigmoid, tanh, erf below 4; swish, gelu_erf below 8, and gelu_tanh below 256 where
/// it goes to zero on the left: the argument of the exponential, up to 88, is rounded three times.
using FunctionFn = void (*)(const float* x, float* y, std::int64_t n, float alpha);

/// Kernels of one instruction set.
struct FunctionKernels {
  std::string_view isa;
  FunctionFn exp, sigmoid, tanh, erf, swish, gelu_erf, gelu_tanh;
};

/// Those that this CPU has, best first; never empty.
std::span<const FunctionKernels* const> function_kernels();
/// nullptr when there is none for it.
FunctionFn function_of(const FunctionKernels& kernels, Act act) noexcept;

}  // namespace pare
