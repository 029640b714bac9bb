#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Unsigned 2-bit integers, four per byte, the first in the lowest bits.
inline DtypeInfo dtype_uint2() {
  using Codec = SmallIntegers<2, false>;
  return {.name = "uint2",
          .kind = ElementKind::u2,
          .group = DtypeClass::unsigned_int,
          .values = 4,
          .bytes = 1,
          .min = 0,
          .max = 3,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
