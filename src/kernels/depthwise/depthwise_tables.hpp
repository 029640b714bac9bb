#pragma once

#include "kernels/depthwise/depthwise_int8.hpp"

namespace pare {

/// Vectors that the buffer of one strip of the image holds (at most 64 bytes each).
constexpr std::int64_t kDepthwiseBuffer = 512;

const DepthwiseKernels* depthwise_kernels_base();
const DepthwiseKernels* depthwise_kernels_avx2();
const DepthwiseKernels* depthwise_kernels_avx512();
const DepthwiseKernels* depthwise_kernels_neon();

const DepthwiseCodeKernels* depthwise_code_kernels_base();
const DepthwiseCodeKernels* depthwise_code_kernels_avx2();
const DepthwiseCodeKernels* depthwise_code_kernels_avx512();
const DepthwiseCodeKernels* depthwise_code_kernels_vnni();
const DepthwiseCodeKernels* depthwise_code_kernels_neon();
const DepthwiseCodeKernels* depthwise_code_kernels_neon_dot();

}  // namespace pare
