#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"

namespace pare {

/// f8e4m3fn without its sign.
struct UnsignedE4M3 {
  static float value(std::uint32_t code) noexcept {
    return kMinifloatValues<kE4M3FN>[code & 0x7FU];
  }
  static std::uint32_t code(float x) noexcept {
    return x < 0 ? 0U : encode_minifloat(kE4M3FN, x) & 0x7FU;
  }
  static std::uint32_t code_stochastic(float x, float u) noexcept {
    return x < 0 ? 0U : Minifloat<kE4M3FN>::code_stochastic(x, u) & 0x7FU;
  }
};

/// 8-bit floats without a sign, 4 exponent bits (bias 7); the codes of f8e4m3fn below the sign.
/// Scales of NVFP4. Negative numbers become 0. Saturates at 448.
inline DtypeInfo dtype_f8ue4m3() {
  using Packing = BitPacking<8>;
  using Codec = ElementCodec<UnsignedE4M3, Packing>;
  return {.name = "f8ue4m3",
          .group = DtypeClass::floating,
          .values = Packing::kValues,
          .bytes = Packing::kBytes,
          .min = 0,
          .max = 448,
          .source = "NVIDIA NVFP4; ggml",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
