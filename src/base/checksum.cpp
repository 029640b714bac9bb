#include "base/checksum.hpp"

#include <xxhash.h>

namespace pare {

std::uint64_t checksum64(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace pare
