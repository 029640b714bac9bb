#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

inline constexpr std::array<float, 16> kFp4BnbValues = {
    0.0F,  0.0625F / 12,  8.0F / 12,  1.0F,  4.0F / 12,  6.0F / 12,  2.0F / 12,  3.0F / 12,
    -0.0F, -0.0625F / 12, -8.0F / 12, -1.0F, -4.0F / 12, -6.0F / 12, -2.0F / 12, -3.0F / 12};

/// The "FP4" of bitsandbytes: 0, 1/192, 1/6, 1/4, 1/3, 1/2, 2/3, 1 with a sign, by codes of its own
/// order. Not f4e2m1. Two per byte, the first in the low nibble.
inline DtypeInfo dtype_fp4_bnb() {
  using Packing = BitPacking<4>;
  using Codec = ElementCodec<CodeBook<kFp4BnbValues>, Packing>;
  return {.name = "fp4_bnb",
          .group = DtypeClass::floating,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -1,
          .max = 1,
          .source = "bitsandbytes",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
