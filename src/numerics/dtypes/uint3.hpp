#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// Unsigned 3-bit integers, eight in 3 bytes from the low bits on.
inline DtypeInfo dtype_uint3() {
  using Packing = BitPacking<3>;
  using Codec = ElementCodec<SmallInteger<3, false>, Packing>;
  return {.name = "uint3",
          .group = DtypeClass::unsigned_int,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = 0,
          .max = 7,
          .source = "binary integers",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
