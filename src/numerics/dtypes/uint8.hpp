#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Unsigned 8-bit integers.
inline DtypeInfo dtype_uint8() {
  using Codec = Integers<std::uint8_t>;
  return {.name = "uint8",
          .kind = ElementKind::u8,
          .group = DtypeClass::unsigned_int,
          .values = 1,
          .bytes = 1,
          .min = 0,
          .max = 255,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
