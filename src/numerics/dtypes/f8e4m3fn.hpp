#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 8-bit floats with 4 exponent bits (bias 7), no infinity; NaN is S.1111.111. Saturates at 448.
inline DtypeInfo dtype_f8e4m3fn() {
  using Codec = Minifloats<kE4M3FN>;
  return {.name = "f8e4m3fn",
          .kind = ElementKind::f8e4m3fn,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 1,
          .min = -448,
          .max = 448,
          .source = "OCP 8-bit Floating Point Specification, revision 1.0",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
