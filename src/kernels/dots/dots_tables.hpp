#pragma once

#include "kernels/dots/dots.hpp"

namespace pare {

const DotKernels* dot_kernels_base();
const DotKernels* dot_kernels_avx2();
const DotKernels* dot_kernels_avx512();
const DotKernels* dot_kernels_vnni();

}  // namespace pare
