#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 8-bit floats with 3 exponent bits (bias 3), no infinity; NaN is S.111.1111. Saturates at 30.
/// f8e3m4_ieee is another format: it differs in the top binade.
inline DtypeInfo dtype_f8e3m4() {
  using Codec = Minifloats<kE3M4>;
  return {.name = "f8e3m4",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 1,
          .min = -30,
          .max = 30,
          .source = "arXiv:2309.14592, IntelLabs FP8-Emulation-Toolkit",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
