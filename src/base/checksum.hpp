#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pare {

/// XXH3 of `bytes`: against accidents, not against forgers, at the speed of memory.
std::uint64_t checksum64(std::span<const std::byte> bytes);

}  // namespace pare
