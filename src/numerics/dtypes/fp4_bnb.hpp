#pragma once

#include <array>

#include "numerics/dtype.hpp"
#include "numerics/table_code.hpp"

namespace pare {

/// 0, 1/192, 2/3, 1, 1/3, 1/2, 1/6, 1/4 with a sign in bit 3.
struct Fp4BnbBook {
  static constexpr bool kTiesToZero = true;
  static constexpr std::array<float, 16> kValues = {
      0.0F,  0.0625F / 12,  8.0F / 12,  1.0F,  4.0F / 12,  0.5F,  2.0F / 12,  0.25F,
      -0.0F, -0.0625F / 12, -8.0F / 12, -1.0F, -4.0F / 12, -0.5F, -2.0F / 12, -0.25F};
};

/// 4-bit floats of bitsandbytes (not f4e2m1): 15 values in [-1, 1] and -0; two per byte, the first
/// in the low nibble (bitsandbytes: high). Half way is the value nearer to 0; NaN becomes 0.
inline DtypeInfo dtype_fp4_bnb() {
  using Codec = Tables<Fp4BnbBook>;
  return {.name = "fp4_bnb",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 2,
          .bytes = 1,
          .min = -1,
          .max = 1,
          .source = "bitsandbytes",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
