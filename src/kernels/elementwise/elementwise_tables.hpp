#pragma once

#include "kernels/elementwise/elementwise.hpp"

namespace pare {

const ElementwiseKernels* elementwise_kernels_base();
const ElementwiseKernels* elementwise_kernels_avx2();
const ElementwiseKernels* elementwise_kernels_avx512();

}  // namespace pare
