#pragma once

#include "numerics/dtype.hpp"
#include "numerics/float_codec.hpp"

namespace pare {

/// IEEE 754 binary16. Above 65504 (after rounding) is infinity, as IEEE has it.
inline DtypeInfo dtype_float16() {
  using Codec = HalfFloats<F16>;
  return {.name = "float16",
          .kind = ElementKind::f16,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 2,
          .min = -65504,
          .max = 65504,
          .source = "IEEE 754",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
