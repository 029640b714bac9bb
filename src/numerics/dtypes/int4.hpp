#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// Signed 4-bit integers, two per byte, the first in the low nibble.
inline DtypeInfo dtype_int4() {
  using Codec = ElementCodec<SmallInteger<4, true>, BitPacking<4>>;
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
