#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

inline constexpr std::array<float, 16> kIq4Values = {
    -127.0F, -104.0F, -83.0F, -65.0F, -49.0F, -35.0F, -22.0F, -10.0F,
    1.0F,    13.0F,   25.0F,  38.0F,  53.0F,  69.0F,  89.0F,  113.0F};

/// The code book of ggml's IQ4_NL and IQ4_XS; two per byte, the first in the low nibble.
inline DtypeInfo dtype_iq4_nl() {
  using Packing = BitPacking<4>;
  using Codec = ElementCodec<CodeBook<kIq4Values>, Packing>;
  return {.name = "iq4_nl",
          .group = DtypeClass::floating,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -127,
          .max = 113,
          .source = "ggml",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
