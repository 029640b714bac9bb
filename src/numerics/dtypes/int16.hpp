#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Signed 16-bit integers.
inline DtypeInfo dtype_int16() {
  using Codec = Integers<std::int16_t>;
  return {.name = "int16",
          .kind = ElementKind::i16,
          .group = DtypeClass::signed_int,
          .values = 1,
          .bytes = 2,
          .min = -32768,
          .max = 32767,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
