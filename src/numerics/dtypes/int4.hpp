#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Signed 4-bit integers, two per byte, the first in the low nibble.
inline DtypeInfo dtype_int4() {
  using Codec = SmallIntegers<4, true>;
  return {.name = "int4",
          .kind = ElementKind::i4,
          .group = DtypeClass::signed_int,
          .values = 2,
          .bytes = 1,
          .min = -8,
          .max = 7,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
