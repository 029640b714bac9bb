#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Signed 5-bit integers, eight in 5 bytes, the first in the lowest bits. Saturates; NaN is 0.
inline DtypeInfo dtype_int5() {
  using Codec = SmallIntegers<5, true>;
  return {.name = "int5",
          .kind = ElementKind::block,
          .group = DtypeClass::signed_int,
          .values = 8,
          .bytes = 5,
          .min = -16,
          .max = 15,
          .source = "two's complement",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
