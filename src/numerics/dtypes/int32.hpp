#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Signed 32-bit integers.
inline DtypeInfo dtype_int32() {
  return {.name = "int32",
          .kind = ElementKind::i32,
          .group = DtypeClass::signed_int,
          .values = 1,
          .bytes = 4,
          .min = -2147483648.0,
          .max = 2147483647,
          .source = "ONNX TensorProto",
          .decode = decode_integers<std::int32_t>,
          .encode = encode_integers<std::int32_t>,
          .encode_stochastic = encode_integers_stochastic<std::int32_t>};
}

}  // namespace pare
