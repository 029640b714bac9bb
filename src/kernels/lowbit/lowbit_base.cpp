#include "kernels/lowbit/lowbit_tables.hpp"

namespace pare {
namespace {

/// Plain code on 16 columns.
struct Lanes {
  struct Floats {
    float v[16];
  };
  static constexpr int kVectors = 1;
  static constexpr int kColumns = 16;

  template <class Fn>
  static Floats each(Fn fn) {
    Floats y;
#pragma omp simd
    for (int i = 0; i < 16; ++i) y.v[i] = fn(i);
    return y;
  }
  static Floats zero() { return {}; }
  static Floats load(const float* p) {
    Floats y;
    __builtin_memcpy(y.v, p, sizeof(y.v));
    return y;
  }
  static void store(float* p, const Floats& x) { __builtin_memcpy(p, x.v, sizeof(x.v)); }
  static Floats broadcast(const float* p) {
    return each([value = *p](int) { return value; });
  }
  static Floats add(const Floats& a, const Floats& b) {
    return each([&](int i) { return a.v[i] + b.v[i]; });
  }
  static Floats sub(const Floats& a, const Floats& b) {
    return each([&](int i) { return a.v[i] - b.v[i]; });
  }
  static Floats mul(const Floats& a, const Floats& b) {
    return each([&](int i) { return a.v[i] * b.v[i]; });
  }
  static Floats fma(const Floats& a, const Floats& b, const Floats& c) {
    return each([&](int i) { return a.v[i] * b.v[i] + c.v[i]; });
  }
};

struct Rows {
  using Word = const std::byte*;
  static constexpr int kValues = 4;
  static Word load(const std::byte* word, int) { return word; }
  static int code(Word w, int j, int i) { return static_cast<int>(w[16 * j + i]); }
};

struct Signed8 : Rows {
  explicit Signed8(const LowbitPanel&) {}
  static Lanes::Floats next(Word w, int j) {
    return Lanes::each(
        [&](int i) { return static_cast<float>(static_cast<std::int8_t>(code(w, j, i))); });
  }
};

struct Table256 : Rows {
  explicit Table256(const LowbitPanel& p) : table(p.table) {}
  [[nodiscard]] Lanes::Floats next(Word w, int j) const {
    return Lanes::each([&](int i) { return table[code(w, j, i)]; });
  }
  const float* table;
};
using Float8 = Table256;

struct Lookup {
  struct Word {
    std::uint32_t v[16];
  };
  explicit Lookup(const LowbitPanel& p) : table(p.table) {}
  static Word load(const std::byte* word, int) {
    Word w;
    __builtin_memcpy(w.v, word, sizeof(w.v));
    return w;
  }
  const float* table;
};

struct Table16 : Lookup {
  static constexpr int kValues = 8;
  using Lookup::Lookup;
  [[nodiscard]] Lanes::Floats next(const Word& w, int j) const {
    return Lanes::each([&](int i) { return table[w.v[i] >> (4 * j) & 15U]; });
  }
};

struct Table4 : Lookup {
  static constexpr int kValues = 16;
  using Lookup::Lookup;
  [[nodiscard]] Lanes::Floats next(const Word& w, int j) const {
    return Lanes::each([&](int i) { return table[w.v[i] >> (2 * j) & 3U]; });
  }
};

/// Each byte is a fraction of 256; three times it carries the next digit out.
struct Trits : Lookup {
  static constexpr int kValues = 20;
  using Lookup::Lookup;
  /// Digit j / 4 of byte j % 4.
  [[nodiscard]] Lanes::Floats next(const Word& w, int j) const {
    constexpr std::uint32_t kPower[] = {1, 3, 9, 27, 81};
    return Lanes::each([&](int i) {
      const std::uint32_t rest = (w.v[i] >> (8 * (j % 4)) & 255U) * kPower[j / 4] & 255U;
      return table[rest * 3 >> 8U];
    });
  }
};

}  // namespace
}  // namespace pare

#include "kernels/lowbit/lowbit_body.inc"

namespace pare {
namespace {

#define PARE_FEW PARE_FEW_4
constexpr LowbitFewFn kFew[kLowbitCodes][2][kMostFewRows] = {PARE_FEW_ALL};
constexpr LowbitMultiplyFn kMultiply[][kMostFloatRows] = {{PARE_ROWS_6(1)}};
constexpr LowbitKernels kTable = {"base", 4, 1, 4, 4, kFew, kDecode, kMultiply};

}  // namespace

const LowbitKernels* lowbit_kernels_base() { return &kTable; }

}  // namespace pare
