#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Unsigned 3-bit integers, eight in 3 bytes, the first in the lowest bits. Saturates; NaN is 0.
inline DtypeInfo dtype_uint3() {
  using Codec = SmallIntegers<3, false>;
  return {.name = "uint3",
          .kind = ElementKind::block,
          .group = DtypeClass::unsigned_int,
          .values = 8,
          .bytes = 3,
          .min = 0,
          .max = 7,
          .source = "binary numbers",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
