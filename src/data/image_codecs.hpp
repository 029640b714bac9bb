#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "data/image.hpp"

namespace pare {

/// An empty picture, or the error that limits and zero sizes ask for.
Tensor new_image(std::uint64_t height, std::uint64_t width, int channels,
                 const ImageLimits& limits);
/// See decode_image().
Tensor decode_jpeg(std::span<const std::byte> bytes, const ImageLimits& limits);
Tensor decode_png(std::span<const std::byte> bytes, const ImageLimits& limits);

}  // namespace pare
