#pragma once

#include "numerics/dtype.hpp"

namespace pare {

/// Texts; their bytes lie outside the dense storage, so the format itself has no size.
inline DtypeInfo dtype_string() {
  return {.name = "string",
          .kind = ElementKind::string,
          .group = DtypeClass::text,
          .values = 1,
          .bytes = 0,
          .source = "ONNX TensorProto"};
}

}  // namespace pare
