#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 8-bit floats with 4 exponent bits (bias 8), no infinity, no -0; NaN is 0x80. Saturates at 240.
inline DtypeInfo dtype_f8e4m3fnuz() {
  return {
      .name = "f8e4m3fnuz",
      .kind = ElementKind::f8e4m3fnuz,
      .group = DtypeClass::floating,
      .values = 1,
      .bytes = 1,
      .min = -240,
      .max = 240,
      .source = "ONNX float8, arXiv:2206.02915",
      .decode = decode_minifloats<kE4M3FNUZ>,
      .encode = encode_minifloats<kE4M3FNUZ>,
      .encode_stochastic = ElementCodec<Minifloat<kE4M3FNUZ>, BitPacking<8>>::encode_stochastic};
}

}  // namespace pare
