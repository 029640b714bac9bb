#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"
#include "numerics/float_codec.hpp"

namespace pare {

/// IEEE 754 binary16. Above 65504 (after rounding) is infinity, as IEEE has it.
inline DtypeInfo dtype_float16() {
  return {.name = "float16",
          .kind = ElementKind::f16,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 2,
          .min = -65504,
          .max = 65504,
          .source = "IEEE 754",
          .decode = decode_floats<F16>,
          .encode = encode_floats<F16>,
          .encode_stochastic = ElementCodec<HalfFloat<F16>, BitPacking<16>>::encode_stochastic};
}

}  // namespace pare
