#include "support/guard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/int8/int8.hpp"
#include "kernels/move/move.hpp"
#include "kernels/resample/resample.hpp"
#include "kernels/rows/rows.hpp"
#include "kernels/transpose/transpose.hpp"
#include "kernels/view.hpp"

namespace pare {
namespace {

using guard::Edge;

constexpr std::array<Edge, 2> kEdges = {Edge::ends, Edge::begins};

/// Counts around the width of every vector, and a long one.
std::vector<std::int64_t> counts() {
  std::vector<std::int64_t> n(70);
  std::iota(n.begin(), n.end(), 0);
  n.insert(n.end(), {127, 128, 129, 255, 1023, 16383, 16385, 40001});
  return n;
}

/// `n` values of type T between guards, `offset` bytes away from where they would be aligned.
template <class T>
class Memory {
 public:
  Memory(std::int64_t n, Edge edge, std::size_t offset = 0)
      : n_(static_cast<std::size_t>(n)), offset_(edge == Edge::begins ? offset : 0) {
    owner_ = guard::bytes(n_ * sizeof(T) + offset, edge);
  }
  [[nodiscard]] std::byte* bytes() const { return owner_.get() + offset_; }
  [[nodiscard]] T* data() const { return view<T>(bytes()); }
  [[nodiscard]] std::size_t size() const { return n_; }
  void fill(Rng& rng) const {
    for (std::size_t i = 0; i < n_ * sizeof(T); ++i)
      bytes()[i] = static_cast<std::byte>(rng.below(256));
  }
  [[nodiscard]] bool equals(const Memory& other) const {
    return std::equal(bytes(), bytes() + n_ * sizeof(T), other.bytes());
  }

 private:
  std::size_t n_;
  std::size_t offset_;
  std::shared_ptr<std::byte> owner_;
};

TEST(GuardDeathTest, TouchingTheNextByteFaults) {
  const auto after = guard::bytes(10, Edge::ends);
  const auto before = guard::bytes(10, Edge::begins);
  after.get()[9] = std::byte{1};
  before.get()[0] = std::byte{1};
  volatile std::byte* past = after.get() + 10;
  EXPECT_DEATH(*past = std::byte{1}, "");
  volatile std::byte* ahead = before.get() - 1;
  EXPECT_DEATH(*ahead = std::byte{1}, "");
}

TEST(Guarded, Int8KernelsOfEveryInstructionSet) {
  Rng rng(8);
  const Affine8 a{0.1F, 3, false};
  const Affine8 s{0.07F, -5, true};
  const Binary8 how{a, s, a, -INFINITY, INFINITY, false};
  for (const std::int64_t n : counts()) {
    for (const Edge edge : kEdges) {
      const std::size_t offset = static_cast<std::size_t>(n) % 7;
      const Memory<std::byte> x(n, edge, offset);
      const Memory<std::byte> z(n, edge, offset + 1);
      const Memory<float> f(n, edge, 4 * (offset % 3));
      x.fill(rng);
      z.fill(rng);
      for (std::size_t i = 0; i < f.size(); ++i) f.data()[i] = 30 * rng.uniform() - 3;
      std::vector<Memory<std::byte>> codes;
      std::vector<Memory<float>> floats;
      std::vector<Memory<std::int32_t>> sums;
      for (const Int8Kernels* k : int8_kernels()) {
        for (int i = 0; i < 3; ++i) codes.emplace_back(n, edge, offset);
        floats.emplace_back(n, edge, 4 * offset);
        sums.emplace_back(n, edge, 4 * offset);
        const auto made = codes.end() - 3;
        k->quantize(f.data(), made[0].bytes(), n, a);
        k->binary(x.bytes(), z.bytes(), made[1].bytes(), n, how);
        k->binary_one(x.bytes(), std::byte{9}, made[2].bytes(), n, how);
        k->dequantize(x.bytes(), floats.back().data(), n, s);
        std::fill_n(sums.back().data(), n, 7);
        k->accumulate(x.bytes(), sums.back().data(), n, true);
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(made[i].equals(codes[i])) << k->isa << " " << n;
        EXPECT_TRUE(floats.back().equals(floats[0])) << k->isa << " " << n;
        EXPECT_TRUE(sums.back().equals(sums[0])) << k->isa << " " << n;
      }
    }
  }
}

TEST(Guarded, RowKernelsOfEveryInstructionSet) {
  Rng rng(12);
  for (const std::int64_t n : counts()) {
    if (n > 2000) continue;  // batches are far shorter
    for (const Edge edge : kEdges) {
      for (const RowKernels* kernels : row_kernels()) {
        for (const RowKernel& row : kernels->rows) {
          const DtypeInfo& info = dtype_by_name(row.format).info();
          const auto values = static_cast<std::int64_t>(info.values);
          const std::int64_t bytes =
              (n + values - 1) / values * static_cast<std::int64_t>(info.bytes);
          const Memory<std::byte> codes(bytes, edge, static_cast<std::size_t>(n) % 7);
          const Memory<float> x(n, edge, 4 * (static_cast<std::size_t>(n) % 3));
          codes.fill(rng);
          row.decode(codes.bytes(), x.data(), n);
          row.encode(x.data(), codes.bytes(), n);
          std::vector<std::byte> want(static_cast<std::size_t>(bytes));
          info.encode(std::span(x.data(), x.size()), want);
          EXPECT_TRUE(std::equal(want.begin(), want.end(), codes.bytes()))
              << row.format << " on " << kernels->isa << ", " << n;
        }
      }
    }
  }
}

TEST(Guarded, LookUp) {
  Rng rng(9);
  for (const std::int64_t n : counts()) {
    for (const Edge edge : kEdges) {
      const Memory<std::byte> table(256, edge);
      const Memory<std::byte> x(n, edge, 3);
      const Memory<std::byte> y(n, edge, 1);
      table.fill(rng);
      x.fill(rng);
      look_up(x.bytes(), y.bytes(), n, table.bytes());
      for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_EQ(y.bytes()[i], table.bytes()[std::to_integer<std::size_t>(x.bytes()[i])]);
      }
    }
  }
}

/// Elements of `size` bytes that nothing aligns.
TEST(Guarded, TransposesOfEverySize) {
  Rng rng(10);
  for (const std::size_t size : {1U, 2U, 4U, 8U}) {
    for (const std::int64_t rows : {1, 2, 15, 16, 17, 33}) {
      for (const std::int64_t cols : {1, 3, 15, 16, 17, 48, 63}) {
        for (const Edge edge : kEdges) {
          const std::int64_t batch = 2;
          const auto bytes = batch * rows * cols * static_cast<std::int64_t>(size);
          const Memory<std::byte> x(bytes, edge);
          const Memory<std::byte> y(bytes, edge);
          const Memory<std::byte> z(bytes, edge);
          x.fill(rng);
          transpose_2d(x.bytes(), y.bytes(), batch, rows, cols, size);
          for (std::int64_t i = 0; i < batch * rows * cols; ++i) {
            const std::int64_t b = i / (rows * cols);
            const std::int64_t to = (b * cols + i % cols) * rows + i / cols % rows;
            const auto step = static_cast<std::int64_t>(size);
            ASSERT_TRUE(std::equal(x.bytes() + i * step, x.bytes() + (i + 1) * step,
                                   y.bytes() + to * step));
          }
          Permutation({batch, rows, cols}, {0, 2, 1}, size).run(x.bytes(), z.bytes());
          EXPECT_TRUE(z.equals(y));
        }
      }
    }
  }
}

TEST(Guarded, PermutationsThatAreNoMatrix) {
  Rng rng(11);
  const Shape shape = {3, 5, 7, 9};
  for (const std::size_t size : {1U, 2U, 4U, 8U}) {
    for (const std::vector<std::int64_t>& order :
         {std::vector<std::int64_t>{2, 0, 1, 3}, {1, 3, 0, 2}, {3, 2, 1, 0}, {0, 1, 2, 3}}) {
      std::vector<Memory<std::byte>> results;
      for (const Edge edge : kEdges) {
        Rng same = rng;
        const Memory<std::byte> x(945 * static_cast<std::int64_t>(size), edge);
        x.fill(same);
        results.emplace_back(945 * static_cast<std::int64_t>(size), edge);
        Permutation(shape, order, size).run(x.bytes(), results.back().bytes());
      }
      EXPECT_TRUE(results[0].equals(results[1]));
    }
  }
}

TEST(Guarded, MovesOfEverySize) {
  Rng rng(12);
  for (const std::size_t size : {1U, 2U, 4U, 8U, 16U}) {
    for (const std::int64_t n : counts()) {
      for (const bool runs : {false, true}) {
        std::vector<std::int64_t> source(static_cast<std::size_t>(n));
        for (std::int64_t i = 0; i < n; ++i) {
          source[i] =
              runs ? i / 40 % 2 == 0 ? i % 41 : -1 : static_cast<std::int64_t>(rng.below(42)) - 1;
        }
        for (const Edge edge : kEdges) {
          const auto each = static_cast<std::int64_t>(size);
          const Memory<std::byte> x(41 * each, edge);
          const Memory<std::byte> fill(each, edge);
          const Memory<std::byte> y(n * each, edge);
          x.fill(rng);
          fill.fill(rng);
          Moves(source, size).run(x.bytes(), y.bytes(), fill.bytes());
          for (std::int64_t i = 0; i < n; ++i) {
            const std::byte* want = source[i] < 0 ? fill.bytes() : x.bytes() + source[i] * each;
            ASSERT_TRUE(std::equal(want, want + each, y.bytes() + i * each)) << n << " " << i;
          }
        }
      }
    }
  }
}

TEST(Guarded, ResamplesOfEverySize) {
  for (const std::int64_t in : {1, 3, 7, 16, 17}) {
    for (const std::int64_t out : {1, 3, 8, 17, 33}) {
      for (const std::int64_t inner : {1, 3, 16, 17}) {
        // Every output is the mean of all inputs: the result is known.
        const std::vector<double> mean(static_cast<std::size_t>(in * out),
                                       1.0 / static_cast<double>(in));
        const ResampleTaps taps = ResampleTaps::from_matrix(mean, in, out);
        for (const Edge edge : kEdges) {
          const Memory<float> x(2 * in * in * inner, edge);
          const Memory<float> y(2 * out * out * inner, edge);
          std::fill_n(x.data(), x.size(), 0.5F);
          Resample(2, inner, taps, taps).run(x.data(), y.data());
          for (std::size_t i = 0; i < y.size(); ++i) ASSERT_NEAR(y.data()[i], 0.5F, 1e-6F);
        }
      }
    }
  }
}

}  // namespace
}  // namespace pare
