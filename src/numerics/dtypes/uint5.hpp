#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// Unsigned 5-bit integers, eight in 5 bytes from the low bits on.
inline DtypeInfo dtype_uint5() {
  using Packing = BitPacking<5>;
  using Codec = ElementCodec<SmallInteger<5, false>, Packing>;
  return {.name = "uint5",
          .group = DtypeClass::unsigned_int,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = 0,
          .max = 31,
          .source = "binary integers",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
