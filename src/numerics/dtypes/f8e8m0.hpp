#pragma once

#include "numerics/dtype.hpp"
#include "numerics/e8m0.hpp"

namespace pare {

/// Powers of two 2^(code - 127), used as scales; no sign, no zero; 0xFF is NaN. Zero and everything
/// below 2^-127 becomes 2^-127, everything above 2^127 saturates, negative numbers become NaN.
inline DtypeInfo dtype_f8e8m0() {
  using Codec = E8M0s;
  return {.name = "f8e8m0",
          .kind = ElementKind::f8e8m0,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 1,
          .min = 0x1p-127,
          .max = 0x1p127,
          .source = "OCP Microscaling Formats (MX) Specification, version 1.0",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
