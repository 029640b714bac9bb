#include "kernels/int8/int8.hpp"

#include <vector>

#include "kernels/int8/int8_tables.hpp"

namespace pare {
namespace {

std::vector<const Int8Kernels*> available() {
  std::vector<const Int8Kernels*> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    found.push_back(int8_kernels_avx512());
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found.push_back(int8_kernels_avx2());
  }
#endif
  found.push_back(int8_kernels_base());
  return found;
}

}  // namespace

std::span<const Int8Kernels* const> int8_kernels() {
  static const std::vector<const Int8Kernels*> kFound = available();
  return kFound;
}

const Int8Kernels& best_int8_kernels() { return *int8_kernels().front(); }

void look_up(const std::byte* x, std::byte* y, std::int64_t n, const std::byte* table) noexcept {
  for (std::int64_t i = 0; i < n; ++i) y[i] = table[std::to_integer<std::size_t>(x[i])];
}

}  // namespace pare
