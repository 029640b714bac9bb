#pragma once

#include "kernels/recurrent/recurrent.hpp"

namespace pare {

const RecurrentKernels* recurrent_kernels_base();
const RecurrentKernels* recurrent_kernels_avx2();
const RecurrentKernels* recurrent_kernels_avx512();

}  // namespace pare
