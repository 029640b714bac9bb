#include "kernels/intrinsics.hpp"
#include "kernels/rows/rows_tables.hpp"

#include "kernels/rows/rows_body.inc"

namespace pare {

constexpr RowKernels kTable = {"avx512", kRows};

const RowKernels* row_kernels_avx512() { return &kTable; }

}  // namespace pare
