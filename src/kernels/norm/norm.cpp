#include "kernels/norm/norm.hpp"

#include <vector>

#include "kernels/cpu.hpp"
#include "kernels/norm/norm_tables.hpp"

namespace pare {
namespace {

std::vector<const NormKernels*> available() {
  std::vector<const NormKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) found.push_back(norm_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(norm_kernels_avx2());
#elif defined(__aarch64__)
  found.push_back(norm_kernels_neon());
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
