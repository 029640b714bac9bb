#pragma once

#include <cstdint>
#include <type_traits>

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

/// A callable of (begin, end) by reference: making one takes no memory. It must outlive this.
class RangeBody {
 public:
  template <class Body, class = std::enable_if_t<!std::is_same_v<Body, RangeBody>>>
  RangeBody(const Body& body) noexcept  // NOLINT: made where parallel_for is called
      : body_(&body), call_([](const void* f, std::int64_t begin, std::int64_t end) {
          (*static_cast<const Body*>(f))(begin, end);
        }) {}
  void operator()(std::int64_t begin, std::int64_t end) const { call_(body_, begin, end); }

 private:
  const void* body_;
  void (*call_)(const void*, std::int64_t, std::int64_t);
};

/// Calls body(begin, end) on disjoint ranges that cover [0, n). How the range is cut depends only
/// on `grain` and the thread count; bodies must write disjoint outputs and must not reduce across
/// ranges, so results do not depend on the number of threads. An exception from a body is thrown
/// again here. Nested calls run serially.
void parallel_for(std::int64_t n, std::int64_t grain, RangeBody body);

}  // namespace pare
