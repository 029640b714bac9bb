#include "kernels/cpu.hpp"

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace pare::cpu {

#if defined(__x86_64__)

bool has_avx2() noexcept {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

bool has_avx512() noexcept {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0;
}

bool has_avx512_vnni() noexcept {
  return has_avx512() && __builtin_cpu_supports("avx512vnni") != 0;
}

bool has_avx512_bf16() noexcept {
  return has_avx512() && __builtin_cpu_supports("avx512bf16") != 0;
}

bool has_avx512_vbmi() noexcept {
  return has_avx512() && __builtin_cpu_supports("avx512vbmi") != 0;
}

#else

bool has_avx2() noexcept { return false; }
bool has_avx512() noexcept { return false; }
bool has_avx512_vnni() noexcept { return false; }
bool has_avx512_bf16() noexcept { return false; }
bool has_avx512_vbmi() noexcept { return false; }

#endif

#if defined(__aarch64__) && defined(__linux__)

bool has_neon_dot() noexcept { return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0; }
bool has_neon_i8mm() noexcept {
  return has_neon_dot() && (getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0;
}

#else

bool has_neon_dot() noexcept { return false; }
bool has_neon_i8mm() noexcept { return false; }

#endif

}  // namespace pare::cpu
