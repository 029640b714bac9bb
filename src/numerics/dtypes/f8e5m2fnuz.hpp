#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 8-bit floats with 5 exponent bits (bias 16), no infinity, no -0; NaN is 0x80. Saturates at
/// 57344.
inline DtypeInfo dtype_f8e5m2fnuz() {
  using Codec = Minifloats<kE5M2FNUZ>;
  return {.name = "f8e5m2fnuz",
          .kind = ElementKind::f8e5m2fnuz,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 1,
          .min = -57344,
          .max = 57344,
          .source = "ONNX float8, arXiv:2206.02915",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
