#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// 8-bit floats with 2 exponent bits (bias 1); every code is a number. Saturates at 7.875; NaN
/// becomes that too.
inline DtypeInfo dtype_f8e2m5() {
  using Packing = BitPacking<8>;
  using Codec = ElementCodec<Minifloat<kE2M5>, Packing>;
  return {.name = "f8e2m5",
          .group = DtypeClass::floating,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -7.875,
          .max = 7.875,
          .source = "arXiv:2208.09225",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
