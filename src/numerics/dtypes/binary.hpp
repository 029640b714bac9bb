#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// -1 and 1, eight in a byte, the first in the lowest bit; a set bit is 1. Zero and NaN become 1.
inline DtypeInfo dtype_binary() {
  using Codec = ElementCodec<SignCode, BitStream<1>>;
  return {.name = "binary",
          .kind = ElementKind::block,
          .group = DtypeClass::signed_int,
          .values = 8,
          .bytes = 1,
          .min = -1,
          .max = 1,
          .source = "BinaryConnect, arXiv:1511.00363",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
