#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace pare {

/// SHA-256 (FIPS 180-4) as 64 lower-case hex digits.
std::string sha256_hex(std::span<const std::byte> bytes);
std::string sha256_file(const std::filesystem::path& path);

}  // namespace pare
