#pragma once

#include "numerics/dtype.hpp"
#include "numerics/float_codec.hpp"

namespace pare {

/// The upper half of a binary32. Above its greatest value (after rounding) is infinity.
inline DtypeInfo dtype_bfloat16() {
  using Codec = HalfFloats<BF16>;
  return {.name = "bfloat16",
          .kind = ElementKind::bf16,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 2,
          .min = -0x1.fep127,
          .max = 0x1.fep127,
          .source = "ONNX TensorProto",
          .decode = Codec::decode,
          .encode = Codec::encode,
          .encode_stochastic = Codec::encode_stochastic};
}

}  // namespace pare
