#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 8-bit floats with 5 exponent bits (bias 15), infinity and NaN as IEEE. Saturates at 57344.
inline DtypeInfo dtype_f8e5m2() {
  using Codec = Minifloats<kE5M2>;
  return {.name = "f8e5m2",
          .kind = ElementKind::f8e5m2,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 1,
          .min = -57344,
          .max = 57344,
          .source = "OCP 8-bit Floating Point Specification, revision 1.0",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
