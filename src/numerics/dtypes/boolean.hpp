#pragma once

#include "numerics/dtype.hpp"
#include "numerics/float_codec.hpp"

namespace pare {

/// Truth values in one byte each: decodes to 0 and 1, everything but zero encodes to 1.
inline DtypeInfo dtype_boolean() {
  return {.name = "bool",
          .kind = ElementKind::boolean,
          .group = DtypeClass::boolean,
          .values = 1,
          .bytes = 1,
          .min = 0,
          .max = 1,
          .source = "ONNX TensorProto",
          .decode = decode_booleans,
          .encode = encode_booleans};
}

}  // namespace pare
