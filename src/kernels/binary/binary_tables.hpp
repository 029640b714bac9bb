#pragma once

#include "kernels/binary/binary.hpp"

namespace pare {

const BinaryKernels* binary_kernels_base();
const BinaryKernels* binary_kernels_avx2();
const BinaryKernels* binary_kernels_avx512();

}  // namespace pare
