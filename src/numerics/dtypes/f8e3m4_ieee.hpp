#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// 8-bit floats with 3 exponent bits (bias 3) that keep the highest exponent for infinity and NaN,
/// as IEEE 754 does: the greatest number is 15.5, at which encoding saturates.
inline DtypeInfo dtype_f8e3m4_ieee() {
  using Packing = BitPacking<8>;
  using Codec = ElementCodec<Minifloat<kE3M4Ieee>, Packing>;
  return {.name = "f8e3m4_ieee",
          .group = DtypeClass::floating,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -15.5,
          .max = 15.5,
          .source = "ml_dtypes float8_e3m4",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
