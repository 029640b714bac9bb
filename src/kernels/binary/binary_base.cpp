#include "kernels/binary/binary_tables.hpp"

#include "kernels/binary/binary_body.inc"

namespace pare {

constexpr BinaryKernels kTable = {"base", run};

const BinaryKernels* binary_kernels_base() { return &kTable; }

}  // namespace pare
