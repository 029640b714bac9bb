#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// 6-bit floats with 2 exponent bits (bias 1), four in three bytes from the low bits on; every code
/// is a number. Saturates at 7.5; NaN becomes that too.
inline DtypeInfo dtype_f6e2m3() {
  using Packing = BitPacking<6>;
  using Codec = ElementCodec<Minifloat<kE2M3>, Packing>;
  return {.name = "f6e2m3",
          .group = DtypeClass::floating,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -7.5,
          .max = 7.5,
          .source = "OCP Microscaling Formats (MX) Specification, version 1.0",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
