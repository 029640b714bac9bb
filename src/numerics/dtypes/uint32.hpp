#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Unsigned 32-bit integers.
inline DtypeInfo dtype_uint32() {
  using Codec = Integers<std::uint32_t>;
  return {.name = "uint32",
          .kind = ElementKind::u32,
          .group = DtypeClass::unsigned_int,
          .values = 1,
          .bytes = 4,
          .min = 0,
          .max = 4294967295.0,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
