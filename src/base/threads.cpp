#include "base/threads.hpp"

#include <omp.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>

namespace pare {
namespace {

int quota_cores() {
  std::ifstream v2("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (v2 >> quota >> period && quota != "max" && period > 0) {
    return std::max(1, static_cast<int>(std::ceil(std::strtod(quota.c_str(), nullptr) / period)));
  }
  std::ifstream quota_v1("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  std::ifstream period_v1("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  double q = 0;
  double p = 0;
  if (quota_v1 >> q && period_v1 >> p && q > 0 && p > 0) {
    return std::max(1, static_cast<int>(std::ceil(q / p)));
  }
  return 1 << 20;
}

std::atomic<int> wanted_threads{0};

}  // namespace

int available_cores() {
  static const int cores = [] {
    cpu_set_t set;
    CPU_ZERO(&set);
    const int allowed = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return std::max(1, std::min(allowed, quota_cores()));
  }();
  return cores;
}

void set_threads(int threads) {
  wanted_threads = threads > 0 ? threads : available_cores();
  omp_set_num_threads(wanted_threads);
  omp_set_dynamic(0);
}

int threads() noexcept {
  const int n = wanted_threads;
  return n > 0 ? n : available_cores();
}

void limit_spinning(char** argv) {
  for (const char* name : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "PARE_SPIN"}) {
    if (std::getenv(name) != nullptr) return;
  }
  std::array<char, 4096> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
  if (length <= 0) return;
  // PARE_SPIN: never more than one restart, whatever happens to the other variable.
  if (setenv("GOMP_SPINCOUNT", "10000", 0) != 0 || setenv("PARE_SPIN", "1", 0) != 0) return;
  execv(path.data(), argv);
}

void parallel_for(std::int64_t n, std::int64_t grain, RangeBody body) {
  if (n <= 0) return;
  const std::int64_t most =
      (n + std::max<std::int64_t>(grain, 1) - 1) / std::max<std::int64_t>(grain, 1);
  const int parts = static_cast<int>(std::min<std::int64_t>(threads(), most));
  if (parts <= 1 || omp_in_parallel() != 0) {
    body(0, n);
    return;
  }
  std::exception_ptr failure;
  std::atomic_flag failed = ATOMIC_FLAG_INIT;
#pragma omp parallel for num_threads(parts) schedule(static, 1)
  for (int part = 0; part < parts; ++part) {
    const std::int64_t begin = n * part / parts;
    const std::int64_t end = n * (part + 1) / parts;
    try {
      if (begin < end) body(begin, end);
    } catch (...) {
      if (!failed.test_and_set()) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace pare
