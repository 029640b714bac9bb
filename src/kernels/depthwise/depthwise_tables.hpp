#pragma once

#include "kernels/depthwise/depthwise.hpp"

namespace pare {

const DepthwiseKernels* depthwise_kernels_base();
const DepthwiseKernels* depthwise_kernels_avx2();
const DepthwiseKernels* depthwise_kernels_avx512();

}  // namespace pare
