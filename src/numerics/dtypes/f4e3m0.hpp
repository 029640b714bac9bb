#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// 4-bit powers of two: 0, 1/4, 1/2, 1 ... 16 with a sign; two per byte, the first in the low
/// nibble. Saturates; NaN becomes 16.
inline DtypeInfo dtype_f4e3m0() {
  using Packing = BitPacking<4>;
  using Codec = ElementCodec<Minifloat<kE3M0>, Packing>;
  return {.name = "f4e3m0",
          .group = DtypeClass::floating,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -16,
          .max = 16,
          .source = "arXiv:2305.14314, table 2",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
