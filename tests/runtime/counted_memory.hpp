#pragma once

#include <cstdint>

namespace pare {

/// How often this program has asked for memory by `new` so far; tensors' bytes, which are aligned,
/// are not in it.
std::int64_t allocations() noexcept;

}  // namespace pare
