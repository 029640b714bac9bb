#include "kernels/sparse/sparse_tables.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

constexpr std::int64_t kTurn = 4;

template <class T, int N>
struct Few {
  T v[N];
};

template <int N>
struct FloatLanes {
  using Words = Few<float, N>;
  using Sum = Words;
  static constexpr int kLanes = N;
  static Sum zero() { return {}; }
  static Words load(const std::byte* p) {
    Words w;
    __builtin_memcpy(w.v, p, sizeof(w.v));
    return w;
  }
  static float spread(const std::uint32_t* p) {
    float x = 0;
    __builtin_memcpy(&x, p, 4);
    return x;
  }
  static Sum add_product(Sum sum, float w, const Words& x) {
    for (int i = 0; i < N; ++i) sum.v[i] += w * x.v[i];
    return sum;
  }
  static Sum add(Sum a, const Sum& b) {
    for (int i = 0; i < N; ++i) a.v[i] += b.v[i];
    return a;
  }
  static void store(std::byte* p, const Sum& s) { __builtin_memcpy(p, s.v, sizeof(s.v)); }
};

template <int N>
struct CodeLanes {
  using Words = Few<std::uint8_t, 4 * N>;
  using Sum = Few<std::int32_t, N>;
  static constexpr int kLanes = N;
  static Sum zero() { return {}; }
  static Words load(const std::byte* p) {
    Words w;
    __builtin_memcpy(w.v, p, sizeof(w.v));
    return w;
  }
  static Few<std::int8_t, 4> spread(const std::uint32_t* p) {
    Few<std::int8_t, 4> w;
    __builtin_memcpy(w.v, p, 4);
    return w;
  }
  static Sum add_product(Sum sum, const Few<std::int8_t, 4>& w, const Words& x) {
    for (int i = 0; i < N; ++i) {
      for (int j = 0; j < 4; ++j) sum.v[i] += w.v[j] * x.v[4 * i + j];
    }
    return sum;
  }
  static Sum add(Sum a, const Sum& b) {
    for (int i = 0; i < N; ++i) a.v[i] += b.v[i];
    return a;
  }
  static void store(std::byte* p, const Sum& s) { __builtin_memcpy(p, s.v, sizeof(s.v)); }
};

void turn_block(const std::byte* x, std::int64_t stride, std::uint32_t flip, std::byte* y,
                std::int64_t y_stride) {
  std::uint32_t in[kTurn][kTurn];
  for (int r = 0; r < kTurn; ++r) __builtin_memcpy(in[r], x + r * stride, sizeof(in[r]));
  for (int c = 0; c < kTurn; ++c) {
    std::uint32_t column[kTurn];
    for (int r = 0; r < kTurn; ++r) column[r] = in[r][c] ^ flip;
    __builtin_memcpy(y + c * y_stride, column, sizeof(column));
  }
}

using Floats = FloatLanes<4>;
using Floats1 = FloatLanes<1>;
using Codes = CodeLanes<4>;
using Codes1 = CodeLanes<1>;

}  // namespace
}  // namespace pare

#include "kernels/sparse/sparse_body.inc"

namespace pare {

constexpr SparseKernels kTable = PARE_SPARSE_TABLE("base", 2, 1, 4, 8, 8);

const SparseKernels* sparse_kernels_base() { return &kTable; }

}  // namespace pare
