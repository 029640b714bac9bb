#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Unsigned 7-bit integers, eight in 7 bytes, the first in the lowest bits. Saturates; NaN is 0.
inline DtypeInfo dtype_uint7() {
  using Codec = SmallIntegers<7, false>;
  return {.name = "uint7",
          .kind = ElementKind::block,
          .group = DtypeClass::unsigned_int,
          .values = 8,
          .bytes = 7,
          .min = 0,
          .max = 127,
          .source = "binary numbers",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
