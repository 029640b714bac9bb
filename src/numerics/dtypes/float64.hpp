#pragma once

#include "numerics/dtype.hpp"
#include "numerics/float_codec.hpp"

namespace pare {

/// IEEE 754 binary64; decoding to float rounds to nearest even.
inline DtypeInfo dtype_float64() {
  using Codec = WideFloats<double>;
  return {.name = "float64",
          .kind = ElementKind::f64,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 8,
          .min = -0x1.fffffffffffffp1023,
          .max = 0x1.fffffffffffffp1023,
          .source = "IEEE 754",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
