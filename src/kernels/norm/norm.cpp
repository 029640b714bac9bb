#include "kernels/norm/norm.hpp"

#include <vector>

#include "kernels/norm/norm_tables.hpp"

namespace pare {
namespace {

std::vector<const NormKernels*> available() {
  std::vector<const NormKernels*> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    found.push_back(norm_kernels_avx512());
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found.push_back(norm_kernels_avx2());
  }
#endif
  found.push_back(norm_kernels_base());
  return found;
}

}  // namespace

std::span<const NormKernels* const> norm_kernels() {
  static const std::vector<const NormKernels*> kFound = available();
  return kFound;
}

}  // namespace pare
