#include "kernels/lowbit/lowbit_tables.hpp"
#include "kernels/wide/neon.inc"

namespace pare {
namespace {

struct Lanes {
  using Floats = float32x4_t;
  static constexpr int kVectors = 4;
  static constexpr int kColumns = 4;

  static Floats zero() { return vdupq_n_f32(0); }
  static Floats load(const float* p) { return vld1q_f32(p); }
  static void store(float* p, Floats x) { vst1q_f32(p, x); }
  static Floats broadcast(const float* p) { return vld1q_dup_f32(p); }
  static Floats add(Floats a, Floats b) { return vaddq_f32(a, b); }
  static Floats sub(Floats a, Floats b) { return vsubq_f32(a, b); }
  static Floats mul(Floats a, Floats b) { return vmulq_f32(a, b); }
  static Floats fma(Floats a, Floats b, Floats c) { return vfmaq_f32(c, a, b); }
};

/// A word that is read value by value.
struct Rows {
  using Word = const std::byte*;
  static constexpr int kValues = 4;
  static Word load(const std::byte* word, int v) { return word + 4 * v; }
  /// Four bytes.
  static uint8x8_t row(Word w, int j) {
    std::uint32_t four = 0;
    __builtin_memcpy(&four, w + 16 * j, 4);
    return vreinterpret_u8_u32(vdup_n_u32(four));
  }
};

struct Signed8 : Rows {
  explicit Signed8(const LowbitPanel&) {}
  static float32x4_t next(Word w, int j) {
    const int16x8_t wide = vmovl_s8(vreinterpret_s8_u8(row(w, j)));
    return vcvtq_f32_s32(vmovl_s16(vget_low_s16(wide)));
  }
};

/// The bits of the code, moved, are those of a 16-bit float that is a power of two too small.
struct Float8 : Rows {
  explicit Float8(const LowbitPanel& p)
      : shift(vdupq_n_s16(static_cast<std::int16_t>(p.shift))),
        mask(vdupq_n_s16(static_cast<std::int16_t>(p.mask))) {}
  [[nodiscard]] float32x4_t next(Word w, int j) const {
    const int16x8_t wide = vshlq_s16(vmovl_s8(vreinterpret_s8_u8(row(w, j))), shift);
    return vcvt_f32_f16(vreinterpret_f16_s16(vget_low_s16(vandq_s16(wide, mask))));
  }
  int16x8_t shift, mask;
};

struct Table256 : Rows {
  explicit Table256(const LowbitPanel& p) : table(p.table) {}
  [[nodiscard]] float32x4_t next(Word w, int j) const {
    const std::byte* code = w + 16 * j;
    float32x4_t x = vld1q_dup_f32(table + static_cast<unsigned>(code[0]));
    x = vld1q_lane_f32(table + static_cast<unsigned>(code[1]), x, 1);
    x = vld1q_lane_f32(table + static_cast<unsigned>(code[2]), x, 2);
    return vld1q_lane_f32(table + static_cast<unsigned>(code[3]), x, 3);
  }
  const float* table;
};

inline uint32x4_t lanes_of(const std::byte* word, int v) {
  return vreinterpretq_u32_u8(vld1q_u8(codes_at(word + 16 * v)));
}

inline uint8x16_t bytes_of(const float* p) { return vreinterpretq_u8_f32(vld1q_f32(p)); }

/// Where the four bytes of a level lie in its table.
inline uint8x16_t places_of(uint32x4_t index) {
  return vreinterpretq_u8_u32(
      vmlaq_n_u32(vdupq_n_u32(0x03020100U), index, std::uint32_t{0x04040404U}));
}

struct Table16 {
  using Word = uint32x4_t;
  static constexpr int kValues = 8;
  explicit Table16(const LowbitPanel& p)
      : table{{bytes_of(p.table), bytes_of(p.table + 4), bytes_of(p.table + 8),
               bytes_of(p.table + 12)}} {}
  static Word load(const std::byte* word, int v) { return lanes_of(word, v); }
  /// Indices are taken off the low end of the lane, one value of k after another.
  [[nodiscard]] float32x4_t next(Word& w, int) const {
    const uint32x4_t index = vandq_u32(w, vdupq_n_u32(15));
    w = vshrq_n_u32(w, 4);
    return vreinterpretq_f32_u8(vqtbl4q_u8(table, places_of(index)));
  }
  uint8x16x4_t table;
};

struct Table4 {
  using Word = uint32x4_t;
  static constexpr int kValues = 16;
  explicit Table4(const LowbitPanel& p) : table(bytes_of(p.table)) {}
  static Word load(const std::byte* word, int v) { return lanes_of(word, v); }
  [[nodiscard]] float32x4_t next(Word& w, int) const {
    const uint32x4_t index = vandq_u32(w, vdupq_n_u32(3));
    w = vshrq_n_u32(w, 2);
    return vreinterpretq_f32_u8(vqtbl1q_u8(table, places_of(index)));
  }
  uint8x16_t table;
};

/// Each byte is a fraction of 256; three times it carries the next digit out.
struct Trits {
  struct Word {
    uint32x4_t even, odd;  // two bytes of a lane, each with room above
    uint32x4_t times_even, times_odd;
  };
  static constexpr int kValues = 20;
  explicit Trits(const LowbitPanel& p) : table(bytes_of(p.table)) {}
  static Word load(const std::byte* word, int v) {
    const uint32x4_t all = lanes_of(word, v);
    const uint32x4_t bytes = vdupq_n_u32(0x00FF00FFU);
    Word w;
    w.even = vandq_u32(all, bytes);
    w.odd = vandq_u32(vshrq_n_u32(all, 8), bytes);
    w.times_even = w.even;
    w.times_odd = w.odd;
    return w;
  }
  /// Digit j / 4 of byte j % 4.
  [[nodiscard]] float32x4_t next(Word& w, int j) const {
    uint32x4_t& rest = j % 2 == 0 ? w.even : w.odd;
    uint32x4_t& times = j % 2 == 0 ? w.times_even : w.times_odd;
    if (j % 4 < 2) times = vaddq_u32(rest, vaddq_u32(rest, rest));
    const uint32x4_t digit = j % 4 < 2 ? vshrq_n_u32(times, 8) : vshrq_n_u32(times, 24);
    const uint32x4_t index = vandq_u32(digit, vdupq_n_u32(3));
    if (j % 4 >= 2) rest = vandq_u32(times, vdupq_n_u32(0x00FF00FFU));
    return vreinterpretq_f32_u8(vqtbl1q_u8(table, places_of(index)));
  }
  uint8x16_t table;
};

}  // namespace
}  // namespace pare

#include "kernels/lowbit/lowbit_body.inc"

namespace pare {
namespace {

#define PARE_FEW PARE_FEW_4
constexpr LowbitFewFn kFew[kLowbitCodes][2][kMostFewRows] = {PARE_FEW_ALL};
// 6 x 4 sums, 4 weights and a value: 29 of 32 registers.
constexpr LowbitMultiplyFn kMultiply[][kMostFloatRows] = {{PARE_ROWS_6(4)}};
constexpr LowbitKernels kTable = {"neon", 6, 1, 4, 4, kFew, kDecode, kMultiply};

}  // namespace

const LowbitKernels* lowbit_kernels_neon() { return &kTable; }

}  // namespace pare
