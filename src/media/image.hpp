#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "tensor/tensor.hpp"

namespace pare {

struct ImageLimits {
  std::uint64_t file_bytes = std::uint64_t{256} << 20;
  std::uint64_t pixels = 100'000'000;  ///< height * width
  std::int64_t side = 32768;
};

/// Decodes JPEG, PNG, BMP, PNM (binary), TIFF (its first picture), WebP or JPEG 2000, told apart by
/// content, to u8 [H, W, C]: C = 1 for grey, else 3 (RGB).
/// Transparency is dropped, palettes are expanded, 16-bit samples keep their high byte; the EXIF
/// orientation is ignored. Errors: Fault::unsupported for another format, Fault::corrupt,
/// Fault::resource above the limits (checked before anything is decoded).
Tensor decode_image(std::span<const std::byte> bytes, const ImageLimits& limits = {});
Tensor read_image(const std::filesystem::path& path, const ImageLimits& limits = {});
/// Whether the name ends as pictures of these kinds do: .jpg, .png, .bmp, .webp ... (any case).
bool is_image_name(const std::filesystem::path& path);

/// A u8 picture [H, W, 1 or 3] as a PNG file.
void write_png(const std::filesystem::path& path, const Tensor& image, bool force);

}  // namespace pare
