#pragma once

#include "numerics/dtype.hpp"
#include "numerics/minifloat.hpp"

namespace pare {

/// f8e4m3fn without its sign, for scales: 7 bits (bias 7) in a byte whose top bit is written as 0
/// and not read. NaN is 0x7F. Negative numbers become 0, those above 448 saturate.
inline DtypeInfo dtype_f8ue4m3() {
  using Codec = Minifloats<kUE4M3>;
  return {.name = "f8ue4m3",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 1,
          .min = 0,
          .max = 448,
          .source = "PTX ISA (ue4m3)",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
