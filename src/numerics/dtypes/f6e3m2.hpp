#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// 6-bit floats with 3 exponent bits (bias 3), four in three bytes from the low bits on; every code
/// is a number. Saturates at 28; NaN becomes that too.
inline DtypeInfo dtype_f6e3m2() {
  using Packing = BitPacking<6>;
  using Codec = ElementCodec<Minifloat<kE3M2>, Packing>;
  return {.name = "f6e3m2",
          .group = DtypeClass::floating,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -28,
          .max = 28,
          .source = "OCP Microscaling Formats (MX) Specification, version 1.0",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
