#include "kernels/binary/binary_tables.hpp"

#include "kernels/binary/binary_body.inc"

namespace pare {

constexpr BinaryKernels kTable = {"avx512", run};

const BinaryKernels* binary_kernels_avx512() { return &kTable; }

}  // namespace pare
