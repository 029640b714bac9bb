#pragma once

#include <filesystem>

#include "scene.hpp"

namespace meals {

/// Writes a PNG file. Throws std::runtime_error when the file cannot be written.
void write_png(const std::filesystem::path& path, const Picture& picture);
/// Writes a JPEG file of quality 92 without chroma subsampling; errors as write_png.
void write_jpeg(const std::filesystem::path& path, const Picture& picture);

}  // namespace meals
