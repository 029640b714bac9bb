#pragma once

#include "kernels/functions/functions.hpp"

namespace pare {

const FunctionKernels* function_kernels_base();
const FunctionKernels* function_kernels_avx2();
const FunctionKernels* function_kernels_avx512();
const FunctionKernels* function_kernels_neon();

}  // namespace pare
