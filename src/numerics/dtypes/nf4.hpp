#pragma once

#include <array>

#include "numerics/dtype.hpp"
#include "numerics/table_code.hpp"

namespace pare {

/// Quantiles of the normal distribution with 0 among them, divided by the greatest.
struct Nf4Book {
  static constexpr bool kTiesToZero = false;
  static constexpr std::array<float, 16> kValues = {-1.0F,
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
};

/// 4-bit normal floats: 16 values in [-1, 1]; two per byte, the first in the low nibble, as ONNX
/// packs (bitsandbytes has the first in the high one). Half way is the lower value; NaN becomes 0.
inline DtypeInfo dtype_nf4() {
  using Codec = Tables<Nf4Book>;
  return {.name = "nf4",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 2,
          .bytes = 1,
          .min = -1,
          .max = 1,
          .source = "QLoRA, arXiv:2305.14314; bitsandbytes",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
