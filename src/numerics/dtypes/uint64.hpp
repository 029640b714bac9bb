#pragma once

#include "numerics/dtype.hpp"
#include "numerics/scalar_codec.hpp"

namespace pare {

/// Unsigned 64-bit integers (decoding rounds beyond 2^24).
inline DtypeInfo dtype_uint64() {
  using Codec = Integers<std::uint64_t>;
  return {.name = "uint64",
          .kind = ElementKind::u64,
          .group = DtypeClass::unsigned_int,
          .values = 1,
          .bytes = 8,
          .min = 0,
          .max = 0x1p64,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
