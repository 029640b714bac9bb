#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 6-bit floats with 2 exponent bits (bias 1), every code finite; four in 3 bytes, the first in the
/// lowest bits. Saturates at 7.5, NaN included.
inline DtypeInfo dtype_f6e2m3() {
  using Codec = Minifloats<kE2M3>;
  return {.name = "f6e2m3",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 4,
          .bytes = 3,
          .min = -7.5,
          .max = 7.5,
          .source = "OCP Microscaling Formats (MX) Specification, version 1.0",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
