#include "kernels/intrinsics.hpp"
#include "kernels/sparse/sparse_tables.hpp"
#include "kernels/view.hpp"

#include "kernels/sparse/sparse_lanes_neon.inc"

namespace pare {
namespace {

struct Codes : CodeWords {
  static Sum add_product(Sum sum, Words w, Words x) { return vdotq_s32(sum, w, x); }
};

struct Codes1 : CodeWord {
  using Sum = int32x2_t;
  static Sum zero() { return vdup_n_s32(0); }
  static Sum add_product(Sum sum, Words w, Words x) { return vdot_s32(sum, w, x); }
  static Sum add(Sum a, Sum b) { return vadd_s32(a, b); }
  static void store(std::byte* p, Sum s) {
    const std::int32_t all = vget_lane_s32(s, 0);
    __builtin_memcpy(p, &all, 4);
  }
};

}  // namespace
}  // namespace pare

#include "kernels/sparse/sparse_body.inc"

namespace pare {

// 4 x 4 sums, 4 vectors of a word of the rows and a weight.
constexpr SparseKernels kTable =
    for_signed_codes(SparseKernels PARE_SPARSE_TABLE("neon_dot", 4, 1, 4, 8, 16));

const SparseKernels* sparse_kernels_neon_dot() { return &kTable; }

}  // namespace pare
