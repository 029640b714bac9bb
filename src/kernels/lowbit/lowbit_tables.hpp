#pragma once

#include "kernels/lowbit/lowbit.hpp"

namespace pare {

const LowbitKernels* lowbit_kernels_base();
const LowbitKernels* lowbit_kernels_avx2();
const LowbitKernels* lowbit_kernels_avx512();
const LowbitKernels* lowbit_kernels_neon();

}  // namespace pare
