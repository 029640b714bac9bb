#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// Signed 3-bit integers, eight in 3 bytes from the low bits on.
inline DtypeInfo dtype_int3() {
  using Packing = BitPacking<3>;
  using Codec = ElementCodec<SmallInteger<3, true>, Packing>;
  return {.name = "int3",
          .group = DtypeClass::signed_int,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -4,
          .max = 3,
          .source = "two's complement",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
