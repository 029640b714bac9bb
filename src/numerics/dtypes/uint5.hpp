#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Unsigned 5-bit integers, eight in 5 bytes, the first in the lowest bits. Saturates; NaN is 0.
inline DtypeInfo dtype_uint5() {
  using Codec = SmallIntegers<5, false>;
  return {.name = "uint5",
          .kind = ElementKind::block,
          .group = DtypeClass::unsigned_int,
          .values = 8,
          .bytes = 5,
          .min = 0,
          .max = 31,
          .source = "binary numbers",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
