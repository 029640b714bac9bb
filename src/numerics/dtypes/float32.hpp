#pragma once

#include "numerics/dtype.hpp"
#include "numerics/float_codec.hpp"

namespace pare {

/// IEEE 754 binary32.
inline DtypeInfo dtype_float32() {
  using Codec = WideFloats<float>;
  return {.name = "float32",
          .kind = ElementKind::f32,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 4,
          .min = -0x1.fffffep127,
          .max = 0x1.fffffep127,
          .source = "IEEE 754",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
