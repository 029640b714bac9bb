#include "kernels/functions/functions.hpp"

#include <vector>

#include "kernels/cpu.hpp"
#include "kernels/functions/functions_tables.hpp"

namespace pare {
namespace {

std::vector<const FunctionKernels*> available() {
  std::vector<const FunctionKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) found.push_back(function_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(function_kernels_avx2());
#elif defined(__aarch64__)
  found.push_back(function_kernels_neon());
#endif
  found.push_back(function_kernels_base());
  return found;
}

}  // namespace

std::span<const FunctionKernels* const> function_kernels() {
  static const std::vector<const FunctionKernels*> kFound = available();
  return kFound;
}

FunctionFn function_of(const FunctionKernels& k, Act act) noexcept {
  switch (act) {
    case Act::exp: return k.exp;
    case Act::sigmoid: return k.sigmoid;
    case Act::tanh: return k.tanh;
    case Act::erf: return k.erf;
    case Act::swish: return k.swish;
    case Act::gelu_erf: return k.gelu_erf;
    case Act::gelu_tanh: return k.gelu_tanh;
    default: return nullptr;
  }
}

}  // namespace pare
