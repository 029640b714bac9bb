#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "media/image.hpp"

namespace pare {

/// Throws what zero sizes and sizes above the limits ask for.
void check_image_size(std::uint64_t height, std::uint64_t width, const ImageLimits& limits);
/// An empty picture of a checked size.
Tensor new_image(std::uint64_t height, std::uint64_t width, int channels,
                 const ImageLimits& limits);
/// See decode_image().
Tensor decode_jpeg(std::span<const std::byte> bytes, const ImageLimits& limits);
Tensor decode_png(std::span<const std::byte> bytes, const ImageLimits& limits);
Tensor decode_bmp(std::span<const std::byte> bytes, const ImageLimits& limits);
Tensor decode_pnm(std::span<const std::byte> bytes, const ImageLimits& limits);
Tensor decode_tiff(std::span<const std::byte> bytes, const ImageLimits& limits);
Tensor decode_webp(std::span<const std::byte> bytes, const ImageLimits& limits);
/// `boxed`: a JP2 file; else a bare codestream.
Tensor decode_jpeg2000(std::span<const std::byte> bytes, bool boxed, const ImageLimits& limits);

}  // namespace pare
