#pragma once

#include "kernels/norm/norm.hpp"

namespace pare {

const NormKernels* norm_kernels_base();
const NormKernels* norm_kernels_avx2();
const NormKernels* norm_kernels_avx512();
const NormKernels* norm_kernels_neon();

}  // namespace pare
