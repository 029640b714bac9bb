#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 4-bit floats 0, 0.5, 1, 1.5, 2, 3, 4, 6 with a sign; two per byte, the first in the low nibble.
/// Saturates; has no NaN (NaN becomes 6).
inline DtypeInfo dtype_f4e2m1() {
  using Codec = Minifloats<kE2M1>;
  return {.name = "f4e2m1",
          .kind = ElementKind::f4e2m1,
          .group = DtypeClass::floating,
          .values = 2,
          .bytes = 1,
          .min = -6,
          .max = 6,
          .source = "OCP Microscaling Formats (MX) Specification, version 1.0",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
