#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Signed 7-bit integers, eight in 7 bytes, the first in the lowest bits. Saturates; NaN is 0.
inline DtypeInfo dtype_int7() {
  using Codec = SmallIntegers<7, true>;
  return {.name = "int7",
          .kind = ElementKind::block,
          .group = DtypeClass::signed_int,
          .values = 8,
          .bytes = 7,
          .min = -64,
          .max = 63,
          .source = "two's complement",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
