#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

inline constexpr std::array<float, 16> kNf4Values = {-1.0F,
                                                     -0.6961928009986877F,
                                                     -0.5250730514526367F,
                                                     -0.39491748809814453F,
                                                     -0.28444138169288635F,
                                                     -0.18477343022823334F,
                                                     -0.09105003625154495F,
                                                     0.0F,
                                                     0.07958029955625534F,
                                                     0.16093020141124725F,
                                                     0.24611230194568634F,
                                                     0.33791524171829224F,
                                                     0.44070982933044434F,
                                                     0.5626170039176941F,
                                                     0.7229568362236023F,
                                                     1.0F};

/// NormalFloat: 16 quantiles of the normal distribution, scaled to [-1, 1]; two per byte, the first
/// in the low nibble as ONNX packs (bitsandbytes has the first in the high one).
inline DtypeInfo dtype_nf4() {
  using Packing = BitPacking<4>;
  using Codec = ElementCodec<CodeBook<kNf4Values>, Packing>;
  return {.name = "nf4",
          .group = DtypeClass::floating,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -1,
          .max = 1,
          .source = "arXiv:2305.14314, appendix E",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
