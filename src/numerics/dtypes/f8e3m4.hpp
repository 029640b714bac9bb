#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// 8-bit floats with 3 exponent bits (bias 3), no infinity; NaN is S.111.1111. Saturates at 30.
inline DtypeInfo dtype_f8e3m4() {
  using Packing = BitPacking<8>;
  using Codec = ElementCodec<Minifloat<kE3M4>, Packing>;
  return {.name = "f8e3m4",
          .group = DtypeClass::floating,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -30,
          .max = 30,
          .source = "arXiv:2309.14592; IntelLabs FP8-Emulation-Toolkit",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
