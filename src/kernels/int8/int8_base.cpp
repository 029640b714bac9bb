#include "kernels/int8/int8_tables.hpp"
#include "kernels/view.hpp"

#include "kernels/int8/int8_body.inc"

namespace pare {

constexpr Int8Kernels kTable = {"base", quantize,   dequantize, binary,   binary_one,
                                range,  accumulate, moments,    normalise};

const Int8Kernels* int8_kernels_base() { return &kTable; }

}  // namespace pare
