#pragma once

#include "numerics/dtype.hpp"
#include "numerics/float_codec.hpp"

namespace pare {

/// A binary32 rounded to 10 bits of mantissa and stored as it is, in 4 bytes. Reading ignores the
/// 13 bits below. Above its greatest value (after rounding) is infinity.
inline DtypeInfo dtype_tf32() {
  using Codec = ElementCodec<Tf32Code, Words<std::uint32_t>>;
  return {.name = "tf32",
          .kind = ElementKind::block,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 4,
          .min = -0x1.ffcp127,
          .max = 0x1.ffcp127,
          .source = "NVIDIA A100 Tensor Core GPU Architecture",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
