#pragma once

#include "numerics/dtype.hpp"
#include "numerics/packed_codec.hpp"

namespace pare {

/// Unsigned 4-bit integers, two per byte, the first in the low nibble.
inline DtypeInfo dtype_uint4() {
  return {.name = "uint4",
          .kind = ElementKind::u4,
          .group = DtypeClass::unsigned_int,
          .values = 2,
          .bytes = 1,
          .min = 0,
          .max = 15,
          .source = "ONNX TensorProto",
          .decode = SmallInteger<4, false>::decode,
          .encode = SmallInteger<4, false>::encode};
}

}  // namespace pare
