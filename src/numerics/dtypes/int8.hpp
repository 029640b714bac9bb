#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Signed 8-bit integers.
inline DtypeInfo dtype_int8() {
  using Codec = Integers<std::int8_t>;
  return {.name = "int8",
          .kind = ElementKind::i8,
          .group = DtypeClass::signed_int,
          .values = 1,
          .bytes = 1,
          .min = -128,
          .max = 127,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
