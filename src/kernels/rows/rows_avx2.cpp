#include "kernels/intrinsics.hpp"
#include "kernels/rows/rows_tables.hpp"

#include "kernels/rows/rows_body.inc"

namespace pare {

constexpr RowKernels kTable = {"avx2", kRows};

const RowKernels* row_kernels_avx2() { return &kTable; }

}  // namespace pare
