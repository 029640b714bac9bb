#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Signed 3-bit integers, eight in 3 bytes, the first in the lowest bits. Saturates; NaN is 0.
inline DtypeInfo dtype_int3() {
  using Codec = SmallIntegers<3, true>;
  return {.name = "int3",
          .kind = ElementKind::block,
          .group = DtypeClass::signed_int,
          .values = 8,
          .bytes = 3,
          .min = -4,
          .max = 3,
          .source = "two's complement",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
