#include "kernels/rows/rows_tables.hpp"

#include "kernels/rows/rows_body.inc"

namespace pare {

constexpr RowKernels kTable = {"base", kRows};

const RowKernels* row_kernels_base() { return &kTable; }

}  // namespace pare
