#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// The sign alone.
struct SignBit {
  static float value(std::uint32_t code) noexcept { return code != 0 ? 1.0F : -1.0F; }
  static std::uint32_t code(float x) noexcept { return x < 0 ? 0U : 1U; }
  static std::uint32_t code_stochastic(float x, float u) noexcept {
    if (!(std::fabs(x) < 1)) return code(x);
    return u < 0.5F * (x + 1) ? 1U : 0U;
  }
};

/// -1 and 1 by a bit, eight to a byte from the low bit on; zero becomes 1, and so does NaN.
inline DtypeInfo dtype_binary() {
  using Packing = BitPacking<1>;
  using Codec = ElementCodec<SignBit, Packing>;
  return {.name = "binary",
          .group = DtypeClass::signed_int,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = -1,
          .max = 1,
          .source = "arXiv:1602.02830",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
