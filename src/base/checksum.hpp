#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pare {

/// 64 bits that change with every bit of `bytes` (against accidents, not against forgers), at the
/// speed of memory. Pieces are summed up in parallel; the result does not depend on the threads.
std::uint64_t checksum64(std::span<const std::byte> bytes);

}  // namespace pare
