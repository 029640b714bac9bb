#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Signed 16-bit integers.
inline DtypeInfo dtype_int16() {
  return {.name = "int16",
          .kind = ElementKind::i16,
          .group = DtypeClass::signed_int,
          .values = 1,
          .bytes = 2,
          .min = -32768,
          .max = 32767,
          .source = "ONNX TensorProto",
          .decode = decode_integers<std::int16_t>,
          .encode = encode_integers<std::int16_t>,
          .encode_stochastic = encode_integers_stochastic<std::int16_t>};
}

}  // namespace pare
