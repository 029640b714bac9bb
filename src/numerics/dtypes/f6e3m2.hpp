#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 6-bit floats with 3 exponent bits (bias 3), every code finite; four in 3 bytes, the first in the
/// lowest bits. Saturates at 28, NaN included.
inline DtypeInfo dtype_f6e3m2() {
  using Codec = Minifloats<kE3M2>;
  return {.name = "f6e3m2",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 4,
          .bytes = 3,
          .min = -28,
          .max = 28,
          .source = "OCP Microscaling Formats (MX) Specification, version 1.0",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
