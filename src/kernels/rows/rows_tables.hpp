#pragma once

#include "kernels/rows/rows.hpp"

namespace pare {

const RowKernels* row_kernels_base();
const RowKernels* row_kernels_avx2();
const RowKernels* row_kernels_avx512();

}  // namespace pare
