#pragma once

#include "numerics/dtype.hpp"

namespace pare {

/// Two binary32: real part, imaginary part. Has no value as one float.
inline DtypeInfo dtype_complex64() {
  return {.name = "complex64",
          .kind = ElementKind::c64,
          .group = DtypeClass::complex,
          .values = 1,
          .bytes = 8,
          .source = "ONNX TensorProto"};
}

}  // namespace pare
