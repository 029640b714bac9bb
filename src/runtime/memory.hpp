#pragma once

#include <cstddef>
#include <vector>

namespace pare {

/// A piece of memory used from step `first` to step `last` (both included).
struct Interval {
  std::size_t bytes = 0;
  int first = 0;
  int last = 0;
  std::size_t offset = 0;  ///< result
};

inline constexpr std::size_t kArenaAlignment = 64;

/// Gives every interval an offset such that intervals alive at the same step do not overlap;
/// largest first, each at the lowest place that fits. Offsets are multiples of kArenaAlignment.
/// Returns the bytes needed.
std::size_t plan_memory(std::vector<Interval>& intervals);

/// True when no two intervals alive at the same step share a byte.
bool memory_is_disjoint(const std::vector<Interval>& intervals);

}  // namespace pare
