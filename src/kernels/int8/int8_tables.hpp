#pragma once

#include "kernels/int8/int8.hpp"

namespace pare {

const Int8Kernels* int8_kernels_base();
const Int8Kernels* int8_kernels_avx2();
const Int8Kernels* int8_kernels_avx512();

}  // namespace pare
