#pragma once

#include "kernels/dots/dots.hpp"

namespace pare {

const DotKernels* dot_kernels_base();
const DotKernels* dot_kernels_avx2();
const DotKernels* dot_kernels_avx512();
const DotKernels* dot_kernels_vnni();
const DotKernels* dot_kernels_neon();
const DotKernels* dot_kernels_neon_dot();
const DotKernels* dot_kernels_neon_i8mm();

}  // namespace pare
