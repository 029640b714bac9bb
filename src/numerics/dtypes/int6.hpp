#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// Signed 6-bit integers, four in three bytes from the low bits on.
inline DtypeInfo dtype_int6() {
  using Packing = BitPacking<6>;
  using Codec = ElementCodec<SmallInteger<6, true>, Packing>;
  return {.name = "int6",
          .group = DtypeClass::signed_int,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -32,
          .max = 31,
          .source = "two's complement",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
