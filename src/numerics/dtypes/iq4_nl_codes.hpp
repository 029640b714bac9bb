#pragma once

#include <array>

#include "numerics/dtype.hpp"
#include "numerics/table_code.hpp"

namespace pare {

/// Whole numbers, closer to each other near zero, none of them 0.
struct Iq4NlBook {
  static constexpr bool kTiesToZero = false;
  static constexpr std::array<float, 16> kValues = {
      -127.0F, -104.0F, -83.0F, -65.0F, -49.0F, -35.0F, -22.0F, -10.0F,
      1.0F,    13.0F,   25.0F,  38.0F,  53.0F,  69.0F,  89.0F,  113.0F};
};

/// The code book of ggml's IQ4_NL without its scales: 16 values -127..113; two per byte, the first
/// in the low nibble (in an IQ4_NL block they lie otherwise). Half way is the lower value; NaN
/// becomes 1, as 0 does.
inline DtypeInfo dtype_iq4_nl_codes() {
  using Codec = Tables<Iq4NlBook>;
  return {.name = "iq4_nl_codes",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 2,
          .bytes = 1,
          .min = -127,
          .max = 113,
          .source = "ggml (IQ4_NL)",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
