#pragma once

#include "numerics/dtype.hpp"
#include "numerics/element_codec.hpp"
#include "numerics/float_codec.hpp"

namespace pare {

/// The upper half of a binary32. Above its greatest value (after rounding) is infinity.
inline DtypeInfo dtype_bfloat16() {
  return {.name = "bfloat16",
          .kind = ElementKind::bf16,
          .group = DtypeClass::floating,
          .values = 1,
          .bytes = 2,
          .min = -0x1.fep127,
          .max = 0x1.fep127,
          .source = "ONNX TensorProto",
          .decode = decode_floats<BF16>,
          .encode = encode_floats<BF16>,
          .encode_stochastic = ElementCodec<HalfFloat<BF16>, BitPacking<16>>::encode_stochastic};
}

}  // namespace pare
