#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 8-bit floats with 5 exponent bits (bias 16), no infinity, no -0; NaN is 0x80. Saturates at
/// 57344.
inline DtypeInfo dtype_f8e5m2fnuz() {
  return {
      .name = "f8e5m2fnuz",
      .kind = ElementKind::f8e5m2fnuz,
      .group = DtypeClass::floating,
      .values = 1,
      .bytes = 1,
      .min = -57344,
      .max = 57344,
      .source = "ONNX float8, arXiv:2206.02915",
      .decode = decode_minifloats<kE5M2FNUZ>,
      .encode = encode_minifloats<kE5M2FNUZ>,
      .encode_stochastic = ElementCodec<Minifloat<kE5M2FNUZ>, BitPacking<8>>::encode_stochastic};
}

}  // namespace pare
