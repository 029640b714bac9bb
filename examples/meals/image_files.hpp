#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "scene.hpp"

namespace meals {

/// A JPEG file of the picture's quality, colours at half resolution as cameras store them.
std::vector<std::uint8_t> encode_jpeg(const Picture& picture);
/// The pixels of a file from `encode_jpeg`. Throws std::runtime_error when it is none.
Picture decode_jpeg(const std::vector<std::uint8_t>& bytes);
std::vector<std::uint8_t> encode_png(const Picture& picture);

/// Writes a file. Throws std::runtime_error when that fails.
void write_file(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes);

}  // namespace meals
