#include "kernels/levels/levels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

using guard::Edge;

/// What the codes are: drawn at random, or only the ends of their ranges.
enum class Draw : std::uint8_t { any, ends, greatest };

int draw(Rng& rng, int least, int greatest, Draw how) {
  if (how == Draw::greatest) return greatest;
  if (how == Draw::ends) return rng.below(2) == 0 ? least : greatest;
  return least + static_cast<int>(rng.below(static_cast<unsigned>(greatest - least + 1)));
}

struct Operands {
  std::vector<std::uint8_t> x;
  std::vector<std::int8_t> w;
};

Operands operands(Rng& rng, CodeRange r, std::array<std::int64_t, 3> mkn, Draw how) {
  Operands o;
  o.x.resize(static_cast<std::size_t>(mkn[0] * mkn[1]));
  o.w.resize(static_cast<std::size_t>(mkn[1] * mkn[2]));
  for (auto& v : o.x) v = static_cast<std::uint8_t>(draw(rng, 0, r.x_levels - 1, how));
  for (auto& v : o.w) v = static_cast<std::int8_t>(draw(rng, r.w_least, r.w_greatest, how));
  return o;
}

std::int64_t product(const Operands& o, CodeRange r, std::array<std::int64_t, 3> mkn,
                     std::int64_t m, std::int64_t n) {
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k < mkn[1]; ++k) {
    sum += (std::int64_t{o.x[static_cast<std::size_t>(m * mkn[1] + k)]} - r.x_centre) *
           o.w[static_cast<std::size_t>(k * mkn[2] + n)];
  }
  return sum;
}

/// On every instruction set, between pages that fault.
void expect_product(CodeRange r, std::array<std::int64_t, 3> mkn, const Operands& o) {
  const std::int64_t count = mkn[0] * mkn[2];
  std::vector<std::int64_t> want(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    want[static_cast<std::size_t>(i)] = product(o, r, mkn, i / mkn[2], i % mkn[2]);
  }
  for (const LevelKernels* kernels : level_kernels()) {
    const LevelMatrix matrix(o.w, mkn[1], mkn[2], r, *kernels);
    for (const Edge edge : {Edge::ends, Edge::begins}) {
      const auto x = guard::bytes(o.x.size(), edge);
      std::copy(o.x.begin(), o.x.end(), view<std::uint8_t>(x.get()));
      const auto y = guard::bytes(static_cast<std::size_t>(count) * sizeof(std::int32_t), edge);
      matrix.multiply(view<std::uint8_t>(x.get()), mkn[0], view<std::int32_t>(y.get()));
      for (std::int64_t i = 0; i < count; ++i) {
        ASSERT_EQ(view<std::int32_t>(y.get())[i], want[static_cast<std::size_t>(i)])
            << kernels->isa << " levels " << r.x_levels << " M " << mkn[0] << " K " << mkn[1]
            << " N " << mkn[2] << " at " << i;
      }
    }
  }
}

std::vector<CodeRange> ranges() {
  std::vector<CodeRange> all = {kCodes4, kCodes8};
  for (const LevelPair pair : kLevelPairs) all.push_back(range_of(pair));
  return all;
}

TEST(Levels, PairsUseTheByteAndAverageFourAndAHalfBits) {
  for (const LevelPair p : kLevelPairs) {
    EXPECT_LE(range_of(p).peak(), 127);
    // The next odd number of activation levels would not fit.
    EXPECT_GT(range_of({p.weights, p.activations + 2}).peak(), 127);
    const double bits = (std::log2(p.weights) + std::log2(p.activations)) / 2;
    EXPECT_GE(bits, 4.52 - 0.005);
    EXPECT_LE(bits, 4.66 + 0.005);
  }
}

TEST(Levels, LanesTake258ProductsOf46BitsAnd510Of4Bits) {
  const std::vector<std::int8_t> w(64, 1);
  for (const LevelKernels* k : level_kernels()) {
    if (k->narrow == nullptr) continue;
    const LevelMatrix m46(w, 8, 8, range_of({23, 23}), *k);
    const LevelMatrix m4(w, 8, 8, kCodes4, *k);
    const LevelMatrix m8(w, 8, 8, kCodes8, *k);
    EXPECT_TRUE(m46.narrow() && m4.narrow()) << k->isa;
    EXPECT_FALSE(m8.narrow()) << k->isa;
    // 11 * 11 = 121 leaves room for more than the bound of all pairs, 32767 / 127 = 258.
    EXPECT_GE(m46.lane_products(), 258);
    EXPECT_EQ(LevelMatrix(w, 8, 8, range_of({127, 5}), *k).lane_products(), 260);  // peak 126
    EXPECT_EQ(LevelMatrix(w, 8, 8, range_of({3, 255}), *k).lane_products(), 258);  // peak 127
    EXPECT_EQ(m4.lane_products(), 510);
  }
}

/// No overflow: sums of extreme products around the length that fills a lane, and far beyond it.
TEST(Levels, ExtremesOfEveryPairEqualTheExactSum) {
  Rng rng(1);
  for (const CodeRange r : ranges()) {
    for (const std::int64_t depth : {515, 516, 517, 1021, 4609}) {
      for (const Draw how : {Draw::greatest, Draw::ends}) {
        const std::array<std::int64_t, 3> mkn = {2, depth, 17};
        expect_product(r, mkn, operands(rng, r, mkn, how));
      }
    }
    // All products of the same sign and greatest magnitude, both ways.
    for (const bool negative : {false, true}) {
      const std::array<std::int64_t, 3> mkn = {1, 2100, 16};
      Operands o;
      o.x.assign(2100, static_cast<std::uint8_t>(negative ? 0 : r.x_levels - 1));
      o.w.assign(2100 * 16, static_cast<std::int8_t>(r.w_greatest));
      expect_product(r, mkn, o);
      std::fill(o.w.begin(), o.w.end(), static_cast<std::int8_t>(r.w_least));
      expect_product(r, mkn, o);
    }
  }
}

TEST(Levels, ProductsOfEverySizeEqualTheExactSum) {
  set_threads(1);
  Rng rng(2);
  for (const CodeRange r : {kCodes4, range_of({23, 23}), kCodes8}) {
    for (const std::int64_t m : {0, 1, 3, 4, 7, 17, 255}) {
      for (const std::int64_t k : {0, 1, 3, 7, 17, 255}) {
        for (const std::int64_t n : {0, 1, 3, 7, 17, 255}) {
          if (m * k * n > 255 * 255 * 17) continue;
          const std::array<std::int64_t, 3> mkn = {m, k, n};
          expect_product(r, mkn, operands(rng, r, mkn, Draw::any));
        }
      }
    }
  }
  set_threads(0);
}

void expect_convolution(const LevelKernels& kernels, CodeRange r, const LevelWindow& w,
                        std::int64_t batch, std::int64_t channels) {
  Rng rng(3);
  const std::int64_t pixels = w.height * w.width;
  const Operands o = operands(rng, r, {batch * pixels, w.channels, 0}, Draw::any);
  const Operands weights = operands(rng, r, {0, w.depth(), channels}, Draw::any);
  const auto x = guard::bytes(o.x.size(), Edge::ends);
  std::copy(o.x.begin(), o.x.end(), view<std::uint8_t>(x.get()));
  std::vector<std::int32_t> y(static_cast<std::size_t>(batch * w.out(0) * w.out(1) * channels));
  LevelMatrix(weights.w, w.depth(), channels, r, kernels)
      .convolve(view<std::uint8_t>(x.get()), batch, w, y.data());
  std::size_t at = 0;
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t oy = 0; oy < w.out(0); ++oy) {
      for (std::int64_t ox = 0; ox < w.out(1); ++ox) {
        for (std::int64_t n = 0; n < channels; ++n, ++at) {
          std::int64_t want = 0;
          for (std::int64_t i = 0; i < w.kernel[0] * w.kernel[1] * w.channels; ++i) {
            const std::int64_t c = i % w.channels;
            const std::int64_t iy =
                oy * w.strides[0] - w.before[0] + i / w.channels / w.kernel[1] * w.dilations[0];
            const std::int64_t ix =
                ox * w.strides[1] - w.before[1] + i / w.channels % w.kernel[1] * w.dilations[1];
            const bool inside = iy >= 0 && iy < w.height && ix >= 0 && ix < w.width;
            const std::int64_t pixel = b * pixels + iy * w.width + ix;
            const int code =
                inside ? o.x[static_cast<std::size_t>(pixel * w.channels + c)] : w.padding;
            want += (std::int64_t{code} - r.x_centre) *
                    weights.w[static_cast<std::size_t>(i * channels + n)];
          }
          ASSERT_EQ(y[at], want) << kernels.isa << " " << at;
        }
      }
    }
  }
}

TEST(Levels, ConvolutionsEqualTheExactSumAlsoInThePadding) {
  for (const LevelKernels* kernels : level_kernels()) {
    for (const CodeRange r : {kCodes4, range_of({23, 23}), range_of({11, 51}), kCodes8}) {
      LevelWindow w;
      w.height = 9;
      w.width = 7;
      w.padding = static_cast<std::uint8_t>(r.x_centre);
      for (const std::int64_t channels : {1, 3, 16, 60}) {
        w.channels = channels;
        w.before = w.after = {1, 1};
        w.strides = w.dilations = {1, 1};
        expect_convolution(*kernels, r, w, 2, 20);
        w.strides = {2, 1};
        w.dilations = {1, 2};
        w.before = {0, 2};
        expect_convolution(*kernels, r, w, 1, 33);
      }
    }
  }
}

TEST(Levels, WeightsOutOfRangeAreRefused) {
  const std::vector<std::int8_t> w = {0, 11, -12, 3};
  EXPECT_THROW(LevelMatrix(w, 2, 2, range_of({23, 23})), Error);
  EXPECT_NO_THROW(LevelMatrix(w, 2, 2, range_of({25, 21})));
}

}  // namespace
}  // namespace pare
