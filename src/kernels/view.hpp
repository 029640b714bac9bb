#pragma once

#include <cstddef>

namespace pare {

/// Typed access to planned memory. The planner keeps element type and alignment.
template <class T>
[[nodiscard]] inline const T* view(const std::byte* bytes) noexcept {
  return static_cast<const T*>(static_cast<const void*>(bytes));
}
template <class T>
[[nodiscard]] inline T* view(std::byte* bytes) noexcept {
  return static_cast<T*>(static_cast<void*>(bytes));
}

}  // namespace pare
