#include "runtime/memory.hpp"

#include <algorithm>
#include <numeric>

#include "base/checked.hpp"

namespace pare {
namespace {

std::size_t aligned(std::size_t bytes) {
  return checked_add(bytes, kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

bool meet(const Interval& a, const Interval& b) { return a.first <= b.last && b.first <= a.last; }

}  // namespace

std::size_t plan_memory(std::vector<Interval>& intervals) {
  std::vector<std::size_t> order(intervals.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return intervals[a].bytes > intervals[b].bytes;
  });
  std::vector<std::size_t> placed;  // by offset
  std::size_t total = 0;
  for (const std::size_t i : order) {
    Interval& mine = intervals[i];
    std::size_t at = 0;
    for (const std::size_t j : placed) {
      const Interval& other = intervals[j];
      if (!meet(mine, other)) continue;
      if (other.offset >= checked_add(at, aligned(mine.bytes))) break;
      at = std::max(at, checked_add(other.offset, aligned(other.bytes)));
    }
    mine.offset = at;
    total = std::max(total, checked_add(at, aligned(mine.bytes)));
    const auto place = std::upper_bound(
        placed.begin(), placed.end(), at,
        [&](std::size_t offset, std::size_t j) { return offset < intervals[j].offset; });
    placed.insert(place, i);
  }
  return total;
}

bool memory_is_disjoint(const std::vector<Interval>& intervals) {
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    for (std::size_t j = i + 1; j < intervals.size(); ++j) {
      const Interval& a = intervals[i];
      const Interval& b = intervals[j];
      if (!meet(a, b)) continue;
      if (a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes) return false;
    }
  }
  return true;
}

}  // namespace pare
