#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 8-bit floats with 3 exponent bits (bias 3), infinity and NaN as IEEE. Saturates at 15.5.
inline DtypeInfo dtype_f8e3m4_ieee() {
  using Codec = Minifloats<kE3M4Ieee>;
  return {.name = "f8e3m4_ieee",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 1,
          .min = -15.5,
          .max = 15.5,
          .source = "ml_dtypes float8_e3m4",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
