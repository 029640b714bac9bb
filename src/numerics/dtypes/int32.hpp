#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Signed 32-bit integers.
inline DtypeInfo dtype_int32() {
  using Codec = Integers<std::int32_t>;
  return {.name = "int32",
          .kind = ElementKind::i32,
          .group = DtypeClass::signed_int,
          .values = 1,
          .bytes = 4,
          .min = -2147483648.0,
          .max = 2147483647,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
