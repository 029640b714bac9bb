#include "kernels/binary/binary_tables.hpp"

#include "kernels/binary/binary_body.inc"

namespace pare {

constexpr BinaryKernels kTable = {"avx2", run};

const BinaryKernels* binary_kernels_avx2() { return &kTable; }

}  // namespace pare
