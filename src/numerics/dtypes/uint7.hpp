#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// Unsigned 7-bit integers, eight in 7 bytes from the low bits on.
inline DtypeInfo dtype_uint7() {
  using Packing = BitPacking<7>;
  using Codec = ElementCodec<SmallInteger<7, false>, Packing>;
  return {.name = "uint7",
          .group = DtypeClass::unsigned_int,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = 0,
          .max = 127,
          .source = "binary integers",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
