#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// 4-bit floats 0, 0.25, 0.5, 1, 2, 4, 8, 16 with a sign; two per byte, the first in the low
/// nibble. Saturates at 16, NaN included.
inline DtypeInfo dtype_f4e3m0() {
  using Codec = Minifloats<kE3M0>;
  return {.name = "f4e3m0",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 2,
          .bytes = 1,
          .min = -16,
          .max = 16,
          .source = "Sun et al., NeurIPS 2020 (1-3-0)",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
