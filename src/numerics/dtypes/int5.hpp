#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// Signed 5-bit integers, eight in 5 bytes from the low bits on.
inline DtypeInfo dtype_int5() {
  using Packing = BitPacking<5>;
  using Codec = ElementCodec<SmallInteger<5, true>, Packing>;
  return {.name = "int5",
          .group = DtypeClass::signed_int,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -16,
          .max = 15,
          .source = "two's complement",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
