#include "kernels/lowbit/lowbit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

using guard::Edge;

enum class Zeros : std::uint8_t { none, one, several };

struct Format {
  std::string name;
  std::vector<float> levels;
  std::vector<std::uint8_t> codes;  // that are used
  LowbitCode code;
  Zeros zeros = Zeros::none;
  bool dense = false;
};

std::vector<float> integers(int first, int count, int wrap) {
  std::vector<float> levels;
  for (int c = 0; c < count; ++c) {
    levels.push_back(static_cast<float>(first + (c >= wrap ? c - count : c)));
  }
  return levels;
}

/// Sign, exponent, mantissa from the most significant bit on; no infinities are looked for.
std::vector<float> floats(int exponent_bits, int bias) {
  const int mantissa_bits = 7 - exponent_bits;
  std::vector<float> levels;
  for (int c = 0; c < 256; ++c) {
    const int exponent = c / (1 << mantissa_bits) % (1 << exponent_bits);
    const int mantissa = c % (1 << mantissa_bits);
    const double fraction = std::ldexp(mantissa, -mantissa_bits) + (exponent > 0 ? 1 : 0);
    const double size = std::ldexp(fraction, std::max(exponent, 1) - bias);
    levels.push_back(static_cast<float>(c < 128 ? size : -size));
  }
  return levels;
}

std::vector<std::uint8_t> all_codes(int count, std::vector<int> but = {}) {
  std::vector<std::uint8_t> codes;
  for (int c = 0; c < count; ++c) {
    if (std::find(but.begin(), but.end(), c) == but.end()) {
      codes.push_back(static_cast<std::uint8_t>(c));
    }
  }
  return codes;
}

std::vector<Format> formats() {
  using enum LowbitCode;
  const std::vector<float> nf4 = {-1.0F,       -0.69619280F, -0.52507305F, -0.39491749F,
                                  -0.2844414F, -0.18477343F, -0.09105004F, 0.0F,
                                  0.0795803F,  0.1609302F,   0.2461123F,   0.33791524F,
                                  0.44070983F, 0.562617F,    0.72295684F,  1.0F};
  const std::vector<float> e2m1 = {0,     0.5F,  1,  1.5F,  2,  3,  4,  6,
                                   -0.0F, -0.5F, -1, -1.5F, -2, -3, -4, -6};
  std::vector<float> odd(256);
  for (std::size_t i = 0; i < 256; ++i) odd[i] = std::sin(static_cast<float>(i));
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> e4m3 = floats(4, 7);
  e4m3[0x7F] = e4m3[0xFF] = kNan;
  std::vector<int> not_finite = {0x7C, 0x7D, 0x7E, 0x7F, 0xFC, 0xFD, 0xFE, 0xFF};
  return {
      {"int8", integers(0, 256, 128), all_codes(256), signed8},
      {"int8 with zeros", integers(0, 256, 128), all_codes(256), signed8, Zeros::several},
      {"uint8", integers(0, 256, 256), all_codes(256), signed8},
      {"uint8 with one zero", integers(0, 256, 256), all_codes(256), signed8, Zeros::one},
      {"uint8 with zeros", integers(0, 256, 256), all_codes(256), signed8, Zeros::several},
      {"e4m3fn", e4m3, all_codes(256, {0x7F, 0xFF}), float8},
      {"e5m2", floats(5, 15), all_codes(256, not_finite), float8},
      {"e3m4", floats(3, 3), all_codes(256, {0x7F, 0xFF}), float8},
      {"e2m5", floats(2, 1), all_codes(256), float8},
      {"256 levels", odd, all_codes(256), table256},
      {"256 levels with zeros", odd, all_codes(256), table256, Zeros::several},
      {"int4", integers(0, 16, 8), all_codes(16), table16},
      {"uint4 with one zero", integers(0, 16, 16), all_codes(16), table16, Zeros::one},
      {"uint4 with zeros", integers(0, 16, 16), all_codes(16), table16, Zeros::several},
      {"nf4", nf4, all_codes(16), table16},
      {"e2m1", e2m1, all_codes(16), table16},
      {"int2", integers(0, 4, 2), all_codes(4), table4},
      {"uint2 with zeros", integers(0, 4, 4), all_codes(4), table4, Zeros::several},
      {"ternary", {-1, 0, 1}, all_codes(3), table4},
      {"ternary in base 3", {-1, 0, 1}, all_codes(3), trits, Zeros::none, true},
      {"base 3 with zeros", {-1, 0, 2}, all_codes(3), trits, Zeros::several, true},
  };
}

struct Case {
  LowbitSource source;
  std::vector<std::uint8_t> codes;
  std::vector<float> scales, zeros, x, bias;
  std::int64_t m = 0;
};

Case make_case(Rng& rng, const Format& f, std::int64_t m, std::int64_t k, std::int64_t n,
               std::int64_t block) {
  Case c;
  c.m = m;
  const std::int64_t blocks = block == 0 ? (k > 0 ? 1 : 0) : (k + block - 1) / block;
  for (std::int64_t i = 0; i < k * n; ++i) c.codes.push_back(f.codes[rng.below(f.codes.size())]);
  for (std::int64_t i = 0; i < blocks * n; ++i) {
    c.scales.push_back(0.01F + static_cast<float>(rng.uniform()));
    const auto zero = static_cast<float>(rng.below(f.levels.size()));
    if (f.zeros == Zeros::one)
      c.zeros.push_back(std::floor(static_cast<float>(f.levels.size()) / 2));
    if (f.zeros == Zeros::several) c.zeros.push_back(zero);
  }
  for (std::int64_t i = 0; i < m * k; ++i) c.x.push_back(static_cast<float>(rng.normal()));
  for (std::int64_t i = 0; i < n; ++i) c.bias.push_back(static_cast<float>(rng.normal()));
  c.source = {k, n, c.codes, f.levels, block, c.scales, c.zeros, f.dense};
  return c;
}

struct Exact {
  std::vector<double> y, size;  // the sum, and that of the magnitudes
};

Exact exact(const Case& c, bool bias) {
  const LowbitSource& s = c.source;
  const std::int64_t block = s.block == 0 ? std::max<std::int64_t>(s.k, 1) : s.block;
  Exact e;
  for (std::int64_t m = 0; m < c.m; ++m) {
    for (std::int64_t n = 0; n < s.n; ++n) {
      double sum = bias ? c.bias[static_cast<std::size_t>(n)] : 0;
      double size = std::abs(sum);
      for (std::int64_t k = 0; k < s.k; ++k) {
        const auto at = static_cast<std::size_t>(k / block * s.n + n);
        const double level = s.levels[s.codes[static_cast<std::size_t>(k * s.n + n)]];
        const double w = (level - (s.zeros.empty() ? 0.0 : s.zeros[at])) * s.scales[at];
        sum += w * c.x[static_cast<std::size_t>(m * s.k + k)];
        size += std::abs(w * c.x[static_cast<std::size_t>(m * s.k + k)]);
      }
      e.y.push_back(sum);
      e.size.push_back(size);
    }
  }
  return e;
}

std::shared_ptr<std::byte> guarded(const std::vector<float>& values, Edge edge) {
  auto memory = guard::bytes(values.size() * sizeof(float), edge);
  std::copy(values.begin(), values.end(), view<float>(memory.get()));
  return memory;
}

/// On every instruction set, between pages that fault. Sums of K products in any order round by at
/// most K half ulps of the sum of their magnitudes; level, zero and scale add four more.
void expect_product(const Format& f, const Case& c) {
  const LowbitSource& s = c.source;
  for (const bool bias : {false, true}) {
    const Exact want = exact(c, bias);
    for (const LowbitKernels* kernels : lowbit_kernels()) {
      const LowbitMatrix matrix(s, *kernels);
      EXPECT_TRUE(matrix.code() == f.code || s.k * s.n < 4000) << f.name;
      for (const Edge edge : {Edge::ends, Edge::begins}) {
        const auto x = guarded(c.x, edge);
        const auto b = guarded(c.bias, edge);
        const auto y = guard::bytes(want.y.size() * sizeof(float), edge);
        const auto scratch = guard::bytes(matrix.scratch_bytes(c.m), edge, 64);
        matrix.multiply(view<float>(x.get()), c.m, bias ? view<float>(b.get()) : nullptr,
                        view<float>(y.get()), scratch.get());
        for (std::size_t i = 0; i < want.y.size(); ++i) {
          const double room = static_cast<double>(s.k + 4) * 0x1p-24 * want.size[i];
          ASSERT_NEAR(view<float>(y.get())[i], want.y[i], room)
              << f.name << " " << kernels->isa << " M " << c.m << " K " << s.k << " N " << s.n
              << " block " << s.block << " at " << i;
        }
      }
    }
  }
}

/// Products this small are not worth a second thread.
class OneThread {
 public:
  OneThread() { set_threads(1); }
  ~OneThread() { set_threads(0); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;
};

TEST(Lowbit, EveryFormatWithEveryBlockEqualsTheSumInDouble) {
  const OneThread one;
  Rng rng(1);
  for (const Format& f : formats()) {
    for (const std::int64_t block : {0, 16, 32, 64, 128, 256, 5}) {
      for (const std::int64_t m : {1, 2, 4, 9}) {
        expect_product(f, make_case(rng, f, m, 293, 37, block));
      }
    }
  }
}

TEST(Lowbit, ProductsOfEverySize) {
  const OneThread one;
  Rng rng(2);
  for (const Format& f : formats()) {
    if (f.name != "int8" && f.name != "nf4" && f.name != "base 3 with zeros") continue;
    for (const std::int64_t m : {0, 1, 3, 7, 17, 255}) {
      for (const std::int64_t k : {0, 1, 3, 7, 17, 255}) {
        for (const std::int64_t n : {0, 1, 3, 7, 17, 255}) {
          if (m * k * n > 255 * 255 * 7) continue;
          expect_product(f, make_case(rng, f, m, k, n, 32));
        }
      }
    }
  }
}

TEST(Lowbit, ResultsDoNotDependOnTheNumberOfThreads) {
  Rng rng(3);
  const Format f = formats().back();
  for (const std::int64_t m : {1, 3, 30}) {
    const Case c = make_case(rng, f, m, 700, 130, 64);
    const LowbitMatrix matrix(c.source);
    std::vector<std::vector<float>> y;
    Tensor scratch(ElementKind::u8, {static_cast<std::int64_t>(matrix.scratch_bytes(m))});
    for (const int count : {1, 2, 3}) {
      set_threads(count);
      y.emplace_back(static_cast<std::size_t>(m * 130));
      matrix.multiply(c.x.data(), m, nullptr, y.back().data(), scratch.mutable_bytes().data());
      EXPECT_EQ(y.back(), y.front());
    }
    set_threads(0);
  }
}

TEST(Lowbit, CodesTakeTheBitsTheyShould) {
  Rng rng(4);
  for (const Format& f : formats()) {
    const LowbitMatrix matrix(make_case(rng, f, 1, 3840, 64, 0).source);
    const double bits = matrix.code() == LowbitCode::trits     ? 1.6
                        : matrix.code() == LowbitCode::table4  ? 2
                        : matrix.code() == LowbitCode::table16 ? 4
                                                               : 8;
    // Codes from 0 to 255 are kept less 128, which is then a zero of each column.
    const bool zeros = f.zeros == Zeros::several || f.name == "uint8";
    const double fixed = 64 * 4 * (zeros ? 2 : 1);
    EXPECT_LE(static_cast<double>(matrix.bytes()), 3840 * 64 * bits / 8 + fixed) << f.name;
  }
}

TEST(Lowbit, LevelsThatAreNotFiniteAreUnsupportedOnlyWhenUsed) {
  std::vector<float> levels = floats(4, 7);
  levels[127] = std::numeric_limits<float>::infinity();
  const std::vector<float> scale = {1};
  std::vector<std::uint8_t> codes = {126};
  EXPECT_NO_THROW(LowbitMatrix({1, 1, codes, levels, 0, scale, {}}));
  codes[0] = 127;
  EXPECT_THROW(LowbitMatrix({1, 1, codes, levels, 0, scale, {}}), Error);
}

}  // namespace
}  // namespace pare
