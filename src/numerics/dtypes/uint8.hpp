#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Unsigned 8-bit integers.
inline DtypeInfo dtype_uint8() {
  return {.name = "uint8",
          .kind = ElementKind::u8,
          .group = DtypeClass::unsigned_int,
          .values = 1,
          .bytes = 1,
          .min = 0,
          .max = 255,
          .source = "ONNX TensorProto",
          .decode = decode_integers<std::uint8_t>,
          .encode = encode_integers<std::uint8_t>,
          .encode_stochastic = encode_integers_stochastic<std::uint8_t>};
}

}  // namespace pare
