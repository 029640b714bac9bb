#pragma once

#include "numerics/dtype.hpp"
#include "numerics/small_integer.hpp"

namespace pare {

/// -1, 0, 1; five in a byte (TritBytes; digit = value + 1): 1.6 bits. Saturates; NaN is 0.
inline DtypeInfo dtype_ternary() {
  using Codec = ElementCodec<SmallIntegerCode<-1, 1, true>, TritBytes>;
  return {.name = "ternary",
          .kind = ElementKind::block,
          .group = DtypeClass::signed_int,
          .values = 5,
          .bytes = 1,
          .min = -1,
          .max = 1,
          .source = "ggml (TQ1_0)",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
