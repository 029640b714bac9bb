#pragma once

#include <cstdint>
#include <functional>

namespace pare {

/// Cores this process may use: the smaller of its affinity mask and its cgroup CPU quota, >= 1.
int available_cores();

/// Threads that parallel_for, oneDNN and BLAS use from now on; 0 = available_cores().
void set_threads(int threads);
int threads() noexcept;

/// Calls body(begin, end) on disjoint ranges that cover [0, n). How the range is cut depends only
/// on `grain` and the thread count; bodies must write disjoint outputs and must not reduce across
/// ranges, so results do not depend on the number of threads. An exception from a body is thrown
/// again here. Nested calls run serially.
void parallel_for(std::int64_t n, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body);

}  // namespace pare
