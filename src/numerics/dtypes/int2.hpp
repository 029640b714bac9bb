#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// Signed 2-bit integers, four per byte, the first in the lowest bits.
inline DtypeInfo dtype_int2() {
  using Codec = SmallIntegers<2, true>;
  return {.name = "int2",
          .kind = ElementKind::i2,
          .group = DtypeClass::signed_int,
          .values = 4,
          .bytes = 1,
          .min = -2,
          .max = 1,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
