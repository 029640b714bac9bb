#include "kernels/intrinsics.hpp"
#include "kernels/sparse/sparse_tables.hpp"
#include "kernels/view.hpp"

#include "kernels/sparse/sparse_lanes_neon.inc"

namespace pare {
namespace {

/// Pair sums of products: two may not fit 16 bits.
struct Codes : CodeWords {
  static Sum add_product(Sum sum, Words w, Words x) {
    const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(w), vget_low_s8(x)));
    const int32x4_t high = vpaddlq_s16(vmull_s8(vget_high_s8(w), vget_high_s8(x)));
    return vaddq_s32(sum, vpaddq_s32(low, high));
  }
};

struct Codes1 : CodeWord {
  using Sum = int32x4_t;
  static Sum zero() { return vdupq_n_s32(0); }
  static Sum add_product(Sum sum, Words w, Words x) { return vpadalq_s16(sum, vmull_s8(w, x)); }
  static Sum add(Sum a, Sum b) { return vaddq_s32(a, b); }
  static void store(std::byte* p, Sum s) {
    const std::int32_t all = vaddvq_s32(s);
    __builtin_memcpy(p, &all, 4);
  }
};

}  // namespace
}  // namespace pare

#include "kernels/sparse/sparse_body.inc"

namespace pare {

// 4 x 4 sums, 4 vectors of a word of the rows and a weight.
constexpr SparseKernels kTable =
    for_signed_codes(SparseKernels PARE_SPARSE_TABLE("neon", 4, 1, 4, 8, 16));

const SparseKernels* sparse_kernels_neon() { return &kTable; }

}  // namespace pare
