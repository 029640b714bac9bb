#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Signed 8-bit integers.
inline DtypeInfo dtype_int8() {
  return {.name = "int8",
          .kind = ElementKind::i8,
          .group = DtypeClass::signed_int,
          .values = 1,
          .bytes = 1,
          .min = -128,
          .max = 127,
          .source = "ONNX TensorProto",
          .decode = decode_integers<std::int8_t>,
          .encode = encode_integers<std::int8_t>,
          .encode_stochastic = encode_integers_stochastic<std::int8_t>};
}

}  // namespace pare
