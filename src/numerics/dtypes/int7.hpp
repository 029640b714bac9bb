#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// Signed 7-bit integers, eight in 7 bytes from the low bits on.
inline DtypeInfo dtype_int7() {
  using Packing = BitPacking<7>;
  using Codec = ElementCodec<SmallInteger<7, true>, Packing>;
  return {.name = "int7",
          .group = DtypeClass::signed_int,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -64,
          .max = 63,
          .source = "two's complement",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
