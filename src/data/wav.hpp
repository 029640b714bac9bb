#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tensor/tensor.hpp"

namespace pare {

struct Sound {
  Tensor samples;         ///< f32 [frames], channels averaged, -1..1
  std::int64_t rate = 0;  ///< frames per second
};

/// A WAV file: PCM of 8, 16, 24 or 32 bits, or 32-bit floats; integers are divided by 2^(bits-1).
/// Errors: Fault::corrupt; Fault::unsupported for compressed sound; Fault::resource above 2^28
/// frames.
Sound parse_wav(std::span<const std::byte> bytes);

}  // namespace pare
