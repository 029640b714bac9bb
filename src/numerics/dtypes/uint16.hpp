#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Unsigned 16-bit integers.
inline DtypeInfo dtype_uint16() {
  using Codec = Integers<std::uint16_t>;
  return {.name = "uint16",
          .kind = ElementKind::u16,
          .group = DtypeClass::unsigned_int,
          .values = 1,
          .bytes = 2,
          .min = 0,
          .max = 65535,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
