#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 8-bit floats with 4 exponent bits (bias 8), no infinity, no -0; NaN is 0x80. Saturates at 240.
inline DtypeInfo dtype_f8e4m3fnuz() {
  using Codec = Minifloats<kE4M3FNUZ>;
  return {.name = "f8e4m3fnuz",
          .kind = ElementKind::f8e4m3fnuz,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 1,
          .min = -240,
          .max = 240,
          .source = "ONNX float8, arXiv:2206.02915",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
