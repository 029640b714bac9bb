#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Signed 64-bit integers (decoding rounds beyond 2^24).
inline DtypeInfo dtype_int64() {
  using Codec = Integers<std::int64_t>;
  return {.name = "int64",
          .kind = ElementKind::i64,
          .group = DtypeClass::signed_int,
          .values = 1,
          .bytes = 8,
          .min = -0x1p63,
          .max = 0x1p63,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
