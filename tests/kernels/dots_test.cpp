#include "kernels/dots/dots.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

using guard::Edge;

struct Case {
  std::int64_t m = 1, k = 1, n = 1, block = 0;
  int least = -8, count = 16;
  bool zeros = false;
  std::vector<float> levels, scales, zero_points, x, bias;
  std::vector<std::uint8_t> codes;

  [[nodiscard]] LowbitSource source() const {
    return {k, n, codes, levels, block, scales, zero_points, false};
  }
  [[nodiscard]] double weight(std::int64_t at_k, std::int64_t at_n) const {
    const std::int64_t size = block == 0 ? std::max<std::int64_t>(1, k) : block;
    const auto step = static_cast<std::size_t>(at_k / size * n + at_n);
    const double zero = zeros ? zero_points[step] : 0;
    return (levels[codes[static_cast<std::size_t>(at_k * n + at_n)]] - zero) * scales[step];
  }
};

void fill(Rng& rng, Case& c) {
  const std::int64_t blocks = c.block == 0 ? (c.k > 0 ? 1 : 0) : (c.k + c.block - 1) / c.block;
  for (int i = 0; i < c.count; ++i) c.levels.push_back(static_cast<float>(c.least + i));
  for (std::int64_t i = 0; i < c.k * c.n; ++i) {
    c.codes.push_back(static_cast<std::uint8_t>(rng.below(static_cast<unsigned>(c.count))));
  }
  for (std::int64_t i = 0; i < blocks * c.n; ++i) {
    c.scales.push_back(0.01F + static_cast<float>(rng.uniform()));
    if (c.zeros) c.zero_points.push_back(c.levels[rng.below(c.levels.size())]);
  }
  for (std::int64_t i = 0; i < c.m * c.k; ++i) c.x.push_back(static_cast<float>(rng.normal()));
  for (std::int64_t i = 0; i < c.n; ++i) c.bias.push_back(static_cast<float>(rng.normal()));
}

/// On every instruction set, between pages that fault: the exact product of the rounded rows (the
/// sum over blocks rounds), and near that of the rows as they are.
void expect_product(const Case& c) {
  std::vector<float> step(static_cast<std::size_t>(c.m));
  std::vector<double> want, size, room;
  for (std::int64_t m = 0; m < c.m; ++m) {
    const float* x = c.x.data() + m * c.k;
    float peak = 0;
    for (std::int64_t k = 0; k < c.k; ++k) peak = std::max(peak, std::abs(x[k]));
    const float s = peak > 0 ? peak / 127.0F : 1.0F;
    for (std::int64_t n = 0; n < c.n; ++n) {
      double rounded = 0, all = 0, off = 0;
      for (std::int64_t k = 0; k < c.k; ++k) {
        const double q = std::nearbyint(static_cast<double>(x[k] / s));
        EXPECT_LE(std::abs(q), 127);
        rounded += q * s * c.weight(k, n);
        all += std::abs(q * s * c.weight(k, n));
        off += std::abs((q * s - x[k]) * c.weight(k, n));
        EXPECT_LE(std::abs(q * s - x[k]), 0.5001 * s);
      }
      want.push_back(rounded + c.bias[static_cast<std::size_t>(n)]);
      size.push_back(all + std::abs(c.bias[static_cast<std::size_t>(n)]));
      room.push_back(off);
    }
  }
  const std::int64_t blocks = c.block == 0 ? 1 : (c.k + c.block - 1) / c.block;
  for (const DotKernels* kernels : dot_kernels()) {
    const DotMatrix matrix(c.source(), *kernels);
    for (const Edge edge : {Edge::ends, Edge::begins}) {
      const auto x = guard::bytes(c.x.size() * sizeof(float), edge);
      std::copy(c.x.begin(), c.x.end(), view<float>(x.get()));
      const auto y = guard::bytes(want.size() * sizeof(float), edge);
      const auto scratch = guard::bytes(matrix.scratch_bytes(c.m), edge, 64);
      matrix.multiply(view<float>(x.get()), c.m, c.bias.data(), view<float>(y.get()),
                      scratch.get());
      for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(view<float>(y.get())[i], want[i],
                    static_cast<double>(blocks + 4) * 0x1p-24 * size[i])
            << kernels->isa << " M " << c.m << " K " << c.k << " N " << c.n << " block " << c.block
            << " levels " << c.count << " at " << i;
      }
    }
  }
}

const std::vector<std::pair<int, int>> kLevels = {
    {-8, 16}, {0, 16}, {-1, 3}, {-128, 256}, {0, 256}};

TEST(Dots, EveryBlockEqualsTheSumInDouble) {
  Rng rng(1);
  set_threads(1);
  for (const auto& [least, count] : kLevels) {
    for (const std::int64_t block : {0, 5, 16, 32, 64, 128, 256}) {
      for (const std::int64_t m : {1, 2, 4, 9}) {
        Case c{m, 293, 37, block, least, count, count > 3};
        fill(rng, c);
        expect_product(c);
      }
    }
  }
  set_threads(0);
}

TEST(Dots, ProductsOfEverySize) {
  Rng rng(2);
  set_threads(1);
  for (const auto& [least, count] : kLevels) {
    for (const std::int64_t m : {0, 1, 3, 7, 17, 255}) {
      for (const std::int64_t k : {0, 1, 3, 7, 17, 255}) {
        for (const std::int64_t n : {0, 1, 3, 7, 17, 255}) {
          if (m * k * n > 255 * 255 * 3) continue;
          Case c{m, k, n, 32, least, count, false};
          fill(rng, c);
          expect_product(c);
        }
      }
    }
  }
  set_threads(0);
}

/// The longest sums of the greatest products: 32-bit lanes hold them.
TEST(Dots, ExtremesDoNotOverflow) {
  for (const float zero : {0.0F, 255.0F}) {
    for (const std::int64_t k : {16384, 40000}) {
      Case c{1, k, 3, 0, 0, 256, true};
      for (int i = 0; i < 256; ++i) c.levels.push_back(static_cast<float>(i));
      c.codes.assign(static_cast<std::size_t>(3 * k), zero == 0 ? 255 : 0);
      c.scales.assign(3, 1);
      c.zero_points.assign(3, zero);
      c.x.assign(static_cast<std::size_t>(k), 127);
      c.bias.assign(3, 0);
      expect_product(c);
    }
  }
}

TEST(Dots, RowsThatAreNotFiniteGiveNotANumber) {
  Case c{3, 20, 5, 0};
  Rng rng(3);
  fill(rng, c);
  c.x[7] = std::numeric_limits<float>::infinity();
  c.x[47] = std::numeric_limits<float>::quiet_NaN();
  for (const DotKernels* kernels : dot_kernels()) {
    const DotMatrix matrix(c.source(), *kernels);
    std::vector<float> y(15);
    Tensor scratch(ElementKind::u8, {static_cast<std::int64_t>(matrix.scratch_bytes(3))});
    matrix.multiply(c.x.data(), 3, nullptr, y.data(), scratch.mutable_bytes().data());
    for (std::size_t i = 0; i < 15; ++i) EXPECT_EQ(std::isnan(y[i]), i < 5 || i >= 10);
  }
}

TEST(Dots, WeightsThatAreNoIntegersAreUnsupported) {
  Case c{1, 4, 4, 0};
  Rng rng(4);
  fill(rng, c);
  for (float& level : c.levels) level += 0.5F;
  c.levels[0] = -8;
  EXPECT_THROW(DotMatrix(c.source()), Error);
}

}  // namespace
}  // namespace pare
