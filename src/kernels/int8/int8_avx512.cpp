#include "kernels/int8/int8_tables.hpp"
#include "kernels/view.hpp"

#include "kernels/int8/int8_body.inc"

namespace pare {

constexpr Int8Kernels kTable = {"avx512", quantize,   dequantize, binary,   binary_one,
                                range,    accumulate, moments,    normalise};

const Int8Kernels* int8_kernels_avx512() { return &kTable; }

}  // namespace pare
