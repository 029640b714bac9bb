#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Signed 6-bit integers, four in 3 bytes, the first in the lowest bits. Saturates; NaN is 0.
inline DtypeInfo dtype_int6() {
  using Codec = SmallIntegers<6, true>;
  return {.name = "int6",
          .kind = ElementKind::block,
          .group = DtypeClass::signed_int,
          .values = 4,
          .bytes = 3,
          .min = -32,
          .max = 31,
          .source = "two's complement",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
