#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Unsigned 4-bit integers, two per byte, the first in the low nibble.
inline DtypeInfo dtype_uint4() {
  using Codec = SmallIntegers<4, false>;
  return {.name = "uint4",
          .kind = ElementKind::u4,
          .group = DtypeClass::unsigned_int,
          .values = 2,
          .bytes = 1,
          .min = 0,
          .max = 15,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
