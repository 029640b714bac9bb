#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Unsigned 16-bit integers.
inline DtypeInfo dtype_uint16() {
  return {.name = "uint16",
          .kind = ElementKind::u16,
          .group = DtypeClass::unsigned_int,
          .values = 1,
          .bytes = 2,
          .min = 0,
          .max = 65535,
          .source = "ONNX TensorProto",
          .decode = decode_integers<std::uint16_t>,
          .encode = encode_integers<std::uint16_t>,
          .encode_stochastic = encode_integers_stochastic<std::uint16_t>};
}

}  // namespace pare
