#pragma once

#include "kernels/levels/levels.hpp"

namespace pare {

const LevelKernels* level_kernels_base();
const LevelKernels* level_kernels_avx2();
const LevelKernels* level_kernels_avx512();
const LevelKernels* level_kernels_vnni();
const LevelKernels* level_kernels_neon();
const LevelKernels* level_kernels_neon_dot();
const LevelKernels* level_kernels_neon_i8mm();

}  // namespace pare
