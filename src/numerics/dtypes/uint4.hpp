#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// Unsigned 4-bit integers, two per byte, the first in the low nibble.
inline DtypeInfo dtype_uint4() {
  using Codec = ElementCodec<SmallInteger<4, false>, BitPacking<4>>;
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
