#pragma once

#include "numerics/dtype.hpp"

namespace pare {

/// Two binary64: real part, imaginary part. Has no value as one float.
inline DtypeInfo dtype_complex128() {
  return {.name = "complex128",
          .kind = ElementKind::c128,
          .group = DtypeClass::complex,
          .values = 1,
          .bytes = 16,
          .source = "ONNX TensorProto"};
}

}  // namespace pare
