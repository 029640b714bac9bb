#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// Unsigned 6-bit integers, four in three bytes from the low bits on.
inline DtypeInfo dtype_uint6() {
  using Packing = BitPacking<6>;
  using Codec = ElementCodec<SmallInteger<6, false>, Packing>;
  return {.name = "uint6",
          .group = DtypeClass::unsigned_int,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = 0,
          .max = 63,
          .source = "binary integers",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
