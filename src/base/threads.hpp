#pragma once

#include <cstdint>
#include <functional>

namespace pare {

/// Cores this process may use: the smaller of its affinity mask and its cgroup CPU quota, >= 1.
int available_cores();

/// Threads that parallel_for, oneDNN and BLAS use from now on; 0 = available_cores().
void set_threads(int threads);
int threads() noexcept;

/// To be called first in main(). OpenMP's waiting threads spin; when other programs want the cores,
/// the default lets every parallel region wait for a whole time slice (a network of small layers
/// then takes 30 times as long). The spin time is read from the environment when the library is
/// loaded, so this restarts the program with a short one; it returns when the environment names
/// one already, or when restarting is not possible.
void limit_spinning(char** argv);

/// Calls body(begin, end) on disjoint ranges that cover [0, n). How the range is cut depends only
/// on `grain` and the thread count; bodies must write disjoint outputs and must not reduce across
/// ranges, so results do not depend on the number of threads. An exception from a body is thrown
/// again here. Nested calls run serially.
void parallel_for(std::int64_t n, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body);

}  // namespace pare
