#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Unsigned 6-bit integers, four in 3 bytes, the first in the lowest bits. Saturates; NaN is 0.
inline DtypeInfo dtype_uint6() {
  using Codec = SmallIntegers<6, false>;
  return {.name = "uint6",
          .kind = ElementKind::block,
          .group = DtypeClass::unsigned_int,
          .values = 4,
          .bytes = 3,
          .min = 0,
          .max = 63,
          .source = "binary numbers",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
