#pragma once

#include "numerics/dtype.hpp"
#include "numerics/float_codec.hpp"

namespace pare {

/// IEEE 754 binary32.
inline DtypeInfo dtype_float32() {
  return {.name = "float32",
          .kind = ElementKind::f32,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 4,
          .min = -0x1.fffffep127,
          .max = 0x1.fffffep127,
          .source = "IEEE 754",
          .decode = decode_floats<float>,
          .encode = encode_floats<float>};
}

}  // namespace pare
