#pragma once

#include "kernels/recurrent/codes.hpp"
#include "kernels/recurrent/recurrent.hpp"

namespace pare {

const RecurrentKernels* recurrent_kernels_base();
const RecurrentKernels* recurrent_kernels_avx2();
const RecurrentKernels* recurrent_kernels_avx512();
const RecurrentKernels* recurrent_kernels_neon();

const CodeProductKernels* code_product_kernels_base();
const CodeProductKernels* code_product_kernels_vnni();

}  // namespace pare
