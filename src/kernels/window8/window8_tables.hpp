#pragma once

#include "kernels/window8/window8.hpp"

namespace pare {

const WindowKernels* window_kernels_base();
const WindowKernels* window_kernels_vnni();
const WindowKernels* window_kernels_neon();
const WindowKernels* window_kernels_neon_dot();

}  // namespace pare
