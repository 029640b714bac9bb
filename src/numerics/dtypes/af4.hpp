#pragma once

#include <array>

#include "numerics/dtype.hpp"
#include "numerics/table_code.hpp"

namespace pare {

/// For normal numbers divided by the greatest magnitude of each 64: -1, 0 and 1, the others each
/// the median of what is nearest to it (so the mean absolute error is least), where the values next
/// to 0 count everything up to 0 as theirs.
struct Af4Book {
  static constexpr bool kTiesToZero = false;
  static constexpr std::array<float, 16> kValues = {
      -1.0F,        -0.69441008F, -0.51243739F, -0.3736951F, -0.25607552F, -0.14982478F,
      -0.04934812F, 0.0F,         0.04273164F,  0.12934483F, 0.21961274F,  0.31675666F,
      0.42563882F,  0.55496234F,  0.72424863F,  1.0F};
};

/// 4-bit "abnormal" floats for blocks of 64: 16 values in [-1, 1]; two per byte, the first in the
/// low nibble. Half way is the lower value; NaN becomes 0.
inline DtypeInfo dtype_af4() {
  using Codec = Tables<Af4Book>;
  return {.name = "af4",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 2,
          .bytes = 1,
          .min = -1,
          .max = 1,
          .source = "arXiv:2306.06965",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
