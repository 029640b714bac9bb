#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 8-bit floats with 2 exponent bits (bias 1), every code finite. Saturates at 7.875, NaN included.
inline DtypeInfo dtype_f8e2m5() {
  using Codec = Minifloats<kE2M5>;
  return {.name = "f8e2m5",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 1,
          .min = -7.875,
          .max = 7.875,
          .source = "arXiv:2208.09225",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
