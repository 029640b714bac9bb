#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// -1, 0, 1: five to a byte, as digits to base 3, the first the least significant; 1.6 bits each.
inline DtypeInfo dtype_ternary() {
  using Packing = DigitPacking<3, 1>;
  using Codec = ElementCodec<Levels<3>, Packing>;
  return {.name = "ternary",
          .group = DtypeClass::signed_int,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -1,
          .max = 1,
          .source = "arXiv:2402.17764",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
