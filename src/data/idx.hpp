#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "tensor/tensor.hpp"

namespace pare {

/// An array from the bytes of an IDX file (the format of MNIST): u8, i8, i16, i32, f32, f64.
/// Bytes stay where they are (`owner` keeps them alive), wider elements are copied to swap them.
/// Errors: Fault::corrupt.
Tensor parse_idx(std::span<const std::byte> bytes, std::shared_ptr<const void> owner);

}  // namespace pare
