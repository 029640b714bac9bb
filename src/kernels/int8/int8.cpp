#include "kernels/int8/int8.hpp"

#include <vector>

#include "kernels/cpu.hpp"
#include "kernels/int8/int8_tables.hpp"
#if defined(__x86_64__) || defined(__aarch64__)
#include "kernels/intrinsics.hpp"
#endif
#include "kernels/view.hpp"

namespace pare {
namespace {

std::vector<const Int8Kernels*> available() {
  std::vector<const Int8Kernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) found.push_back(int8_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(int8_kernels_avx2());
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

#if defined(__x86_64__)
namespace {

/// 64 at a time: the table lies in four registers, two for each half of the codes.
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) std::int64_t look_up_vbmi(
    const std::byte* x, std::byte* y, std::int64_t n, const std::byte* table) noexcept {
  const __m512i t0 = _mm512_loadu_si512(table);
  const __m512i t1 = _mm512_loadu_si512(table + 64);
  const __m512i t2 = _mm512_loadu_si512(table + 128);
  const __m512i t3 = _mm512_loadu_si512(table + 192);
  std::int64_t i = 0;
  for (; i + 64 <= n; i += 64) {
    const __m512i codes = _mm512_loadu_si512(x + i);
    const __m512i low = _mm512_permutex2var_epi8(t0, codes, t1);
    const __m512i high = _mm512_permutex2var_epi8(t2, codes, t3);
    _mm512_storeu_si512(y + i, _mm512_mask_blend_epi8(_mm512_movepi8_mask(codes), low, high));
  }
  return i;
}

bool has_vbmi() {
  static const bool kHas = cpu::has_avx512_vbmi();
  return kHas;
}

}  // namespace
#elif defined(__aarch64__)
namespace {

uint8x16x4_t quarter(const std::byte* table) {
  const auto* p = view<std::uint8_t>(table);
  return {{vld1q_u8(p), vld1q_u8(p + 16), vld1q_u8(p + 32), vld1q_u8(p + 48)}};
}

/// 16 at a time: the table lies in sixteen registers, and codes outside of a quarter of it leave
/// the result as it is.
std::int64_t look_up_neon(const std::byte* x, std::byte* y, std::int64_t n,
                          const std::byte* table) noexcept {
  const uint8x16x4_t t0 = quarter(table);
  const uint8x16x4_t t1 = quarter(table + 64);
  const uint8x16x4_t t2 = quarter(table + 128);
  const uint8x16x4_t t3 = quarter(table + 192);
  std::int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const uint8x16_t codes = vld1q_u8(view<std::uint8_t>(x + i));
    uint8x16_t found = vqtbl4q_u8(t0, codes);
    found = vqtbx4q_u8(found, t1, vsubq_u8(codes, vdupq_n_u8(64)));
    found = vqtbx4q_u8(found, t2, vsubq_u8(codes, vdupq_n_u8(128)));
    found = vqtbx4q_u8(found, t3, vsubq_u8(codes, vdupq_n_u8(192)));
    vst1q_u8(view<std::uint8_t>(y + i), found);
  }
  return i;
}

}  // namespace
#endif

void look_up(const std::byte* x, std::byte* y, std::int64_t n, const std::byte* table) noexcept {
  std::int64_t i = 0;
#if defined(__x86_64__)
  if (n >= 64 && has_vbmi()) i = look_up_vbmi(x, y, n, table);
#elif defined(__aarch64__)
  if (n >= 64) i = look_up_neon(x, y, n, table);
#endif
  for (; i < n; ++i) y[i] = table[std::to_integer<std::size_t>(x[i])];
}

}  // namespace pare
