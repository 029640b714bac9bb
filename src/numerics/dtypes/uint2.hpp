#pragma once

#include "numerics/dtype.hpp"
#include "numerics/packed_codec.hpp"

namespace pare {

/// Unsigned 2-bit integers, four per byte, the first in the lowest bits.
inline DtypeInfo dtype_uint2() {
  return {.name = "uint2",
          .kind = ElementKind::u2,
          .group = DtypeClass::unsigned_int,
          .values = 4,
          .bytes = 1,
          .min = 0,
          .max = 3,
          .source = "ONNX TensorProto",
          .decode = SmallInteger<2, false>::decode,
          .encode = SmallInteger<2, false>::encode};
}

}  // namespace pare
