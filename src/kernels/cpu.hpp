#pragma once

namespace pare::cpu {

/// Whether this CPU, and the system, have what files of that instruction set are compiled for
/// (cmake/compile.cmake). False on other machines than x86.
bool has_avx2() noexcept;
bool has_avx512() noexcept;
/// These imply has_avx512().
bool has_avx512_vnni() noexcept;
bool has_avx512_bf16() noexcept;
bool has_avx512_vbmi() noexcept;

/// The same for 64-bit ARM, where NEON itself is always there: dot products of bytes, and products
/// of matrices of bytes beside them. False on other machines.
bool has_neon_dot() noexcept;
bool has_neon_i8mm() noexcept;

}  // namespace pare::cpu
