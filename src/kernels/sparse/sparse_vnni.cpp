#include "kernels/intrinsics.hpp"
#include "kernels/sparse/sparse_tables.hpp"
#include "kernels/view.hpp"

#include "kernels/sparse/sparse_lanes512.inc"
#include "kernels/sparse/sparse_one.inc"

namespace pare {
namespace {

struct Codes : CodeWords {
  static Sum add_product(Sum sum, Words w, Words x) { return _mm512_dpbusd_epi32(sum, x, w); }
};

struct Codes1 : Word {
  static Sum add_product(Sum sum, Words w, Words x) { return _mm_dpbusd_epi32(sum, x, w); }
  static void store(std::byte* p, Sum s) {
    const int all = _mm_cvtsi128_si32(s);
    __builtin_memcpy(p, &all, 4);
  }
};

}  // namespace
}  // namespace pare

#include "kernels/sparse/sparse_body.inc"

namespace pare {

constexpr SparseKernels kTable = PARE_SPARSE_TABLE("vnni", 4, 1, 16, 32, 64);

const SparseKernels* sparse_kernels_vnni() { return &kTable; }

}  // namespace pare
