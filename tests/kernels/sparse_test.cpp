#include "kernels/sparse/sparse.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "support/guard.hpp"
#include "tensor/tensor.hpp"

namespace pare {
namespace {

using guard::Edge;

struct Case {
  std::int64_t m = 1, k = 1, n = 1;
  double zeros = 0.9;
  std::int64_t across = 1;  // columns whose zeros are at the same places
  bool columns_first = false;
  std::vector<float> w, x;
  std::vector<std::int8_t> codes;  // of w
  std::vector<std::uint8_t> x_codes;

  [[nodiscard]] std::size_t at(std::int64_t r, std::int64_t c) const {
    return static_cast<std::size_t>(columns_first ? c * k + r : r * n + c);
  }
  [[nodiscard]] SparseSource source(bool integers) const {
    return {
        k,           n, columns_first ? 1 : n, columns_first ? k : 1, integers ? nullptr : w.data(),
        codes.data()};
  }
};

/// Numbers that float32 adds exactly in any order.
Case make_case(Rng& rng, std::int64_t m, std::int64_t k, std::int64_t n, double zeros,
               std::int64_t across) {
  Case c;
  c.m = m;
  c.k = k;
  c.n = n;
  c.zeros = zeros;
  c.across = across;
  c.columns_first = rng.below(2) == 1;
  c.codes.assign(static_cast<std::size_t>(k * n), 0);
  for (std::int64_t r = 0; r < k; ++r) {
    for (std::int64_t b = 0; b < n; b += across) {
      if (rng.uniform() < zeros || r % 7 == 3) continue;  // whole rows of zeros too
      for (std::int64_t j = b; j < std::min(n, b + across); ++j) {
        if (j % 11 == 5) continue;  // and whole columns
        c.codes[c.at(r, j)] = static_cast<std::int8_t>(static_cast<int>(rng.below(256)) - 128);
      }
    }
  }
  for (const std::int8_t v : c.codes) c.w.push_back(static_cast<float>(v) / 16);
  for (std::int64_t i = 0; i < m * k; ++i) {
    c.x.push_back(static_cast<float>(static_cast<int>(rng.below(65)) - 32) / 8);
    c.x_codes.push_back(static_cast<std::uint8_t>(rng.below(256)));
  }
  return c;
}

const std::vector<std::int64_t>& row_counts() {
  static const std::vector<std::int64_t> kCounts = {1,  2,  4,  5,  8,  9,  15,
                                                    16, 17, 33, 50, 64, 65, 130};
  return kCounts;
}

std::vector<Case> cases() {
  Rng rng(3);
  std::vector<Case> all;
  for (const std::int64_t m : row_counts()) {
    for (const auto& [k, n] : {std::pair<int, int>{1, 1}, {3, 5}, {17, 33}, {64, 16}, {255, 47}}) {
      for (const double zeros : {0.0, 0.8, 0.95, 1.0}) {
        all.push_back(make_case(rng, m, k, n, zeros, rng.below(2) == 1 ? 1 : 4));
      }
    }
  }
  return all;
}

Tensor guarded(const void* data, std::size_t bytes) {
  Tensor t(ElementKind::u8, {static_cast<std::int64_t>(bytes)});
  if (bytes > 0) std::memcpy(t.mutable_bytes().data(), data, bytes);
  return guard::copy(t, Edge::ends);
}

std::shared_ptr<std::byte> multiply(const Case& c, const SparseMatrix& matrix, const Tensor& x,
                                    const SparseFinish& finish, std::size_t bytes) {
  const auto scratch = guard::bytes(matrix.scratch_bytes(c.m, 3), Edge::ends, 64);
  auto y = guard::bytes(bytes, Edge::ends, 1);
  matrix.multiply(x.bytes().data(), c.m, finish, y.get(), scratch.get(), 3);
  return y;
}

TEST(SparseKernels, FloatProductsAreExactOnEveryInstructionSet) {
  for (const SparseKernels* kernels : sparse_kernels()) {
    for (const Case& c : cases()) {
      const SparseMatrix matrix(c.source(false), *kernels);
      const Tensor x = guarded(c.x.data(), c.x.size() * sizeof(float));
      std::vector<float> bias;
      std::vector<float> more;
      for (std::int64_t i = 0; i < c.n; ++i) bias.push_back(static_cast<float>(i % 9) - 4);
      for (std::int64_t i = 0; i < c.m * c.n; ++i) more.push_back(static_cast<float>(i % 5) / 4);
      SparseFinish f;
      f.bias = bias.data();
      f.add = static_cast<const std::byte*>(static_cast<const void*>(more.data()));
      f.slope = 0.5F;
      f.high = 100;
      const auto y = multiply(c, matrix, x, f, static_cast<std::size_t>(c.m * c.n) * sizeof(float));
      for (std::int64_t r = 0; r < c.m; ++r) {
        for (std::int64_t j = 0; j < c.n; ++j) {
          double sum =
              bias[static_cast<std::size_t>(j)] + more[static_cast<std::size_t>(r * c.n + j)];
          for (std::int64_t i = 0; i < c.k; ++i) {
            sum +=
                static_cast<double>(c.x[static_cast<std::size_t>(r * c.k + i)]) * c.w[c.at(i, j)];
          }
          sum = std::min(sum < 0 ? sum * 0.5 : sum, 100.0);
          float got = 0;
          std::memcpy(&got, y.get() + 4 * (r * c.n + j), 4);
          ASSERT_EQ(got, static_cast<float>(sum))
              << kernels->isa << " M " << c.m << " K " << c.k << " N " << c.n << " zeros "
              << c.zeros << " row " << r << " column " << j;
        }
      }
    }
  }
}

TEST(SparseKernels, IntegerProductsAreExactOnEveryInstructionSet) {
  for (const SparseKernels* kernels : sparse_kernels()) {
    for (const Case& c : cases()) {
      for (const bool is_signed : {false, true}) {
        const int zero = is_signed ? -7 : 130;
        const SparseMatrix matrix(c.source(true), *kernels);
        const Tensor x = guarded(c.x_codes.data(), c.x_codes.size());
        std::vector<float> scale;
        std::vector<std::int32_t> offset;
        for (std::int64_t j = 0; j < c.n; ++j) {
          scale.push_back(j % 2 == 0 ? 0.25F : 2.0F);
          offset.push_back(-(zero + (is_signed ? 128 : 0)) *
                           matrix.sums()[static_cast<std::size_t>(j)]);
        }
        SparseFinish f;
        f.scale = scale.data();
        f.offset = offset.data();
        f.x_signed = is_signed;
        const auto count = static_cast<std::size_t>(c.m * c.n);
        const auto y = multiply(c, matrix, x, f, count * sizeof(float));
        f.to_codes = true;
        f.to = {512.0F, 3, is_signed};
        const auto q = multiply(c, matrix, x, f, count);
        for (std::int64_t r = 0; r < c.m; ++r) {
          for (std::int64_t j = 0; j < c.n; ++j) {
            std::int64_t sum = 0;
            for (std::int64_t i = 0; i < c.k; ++i) {
              const std::uint8_t code = c.x_codes[static_cast<std::size_t>(r * c.k + i)];
              const int value = is_signed ? static_cast<std::int8_t>(code) : code;
              sum += (value - zero) * c.codes[c.at(i, j)];
            }
            const float want = static_cast<float>(sum) * scale[static_cast<std::size_t>(j)];
            float got = 0;
            std::memcpy(&got, y.get() + 4 * (r * c.n + j), 4);
            ASSERT_EQ(got, want) << kernels->isa << " M " << c.m << " K " << c.k << " N " << c.n;
            const double code = std::clamp(std::nearbyint(want / 512.0) + 3,
                                           is_signed ? -128.0 : 0.0, is_signed ? 127.0 : 255.0);
            const auto byte = static_cast<std::uint8_t>(q.get()[r * c.n + j]);
            ASSERT_EQ(is_signed ? static_cast<std::int8_t>(byte) : byte, code) << kernels->isa;
          }
        }
      }
    }
  }
}

TEST(SparseKernels, ZerosTimesInfinityAreNaNAsInTheDenseProduct) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  Rng rng(8);
  for (const SparseKernels* kernels : sparse_kernels()) {
    for (const std::int64_t across : {1, 4}) {
      Case c = make_case(rng, 21, 40, 19, 0.8, across);
      c.x[3 * 40 + 5] = kInf;
      c.x[7 * 40 + 39] = -kInf;
      c.x[20 * 40 + 0] = kNan;
      c.x[20 * 40 + 8] = kInf;
      const SparseMatrix matrix(c.source(false), *kernels);
      const Tensor x = guarded(c.x.data(), c.x.size() * sizeof(float));
      const auto y = multiply(c, matrix, x, {}, static_cast<std::size_t>(c.m * c.n) * 4);
      for (std::int64_t r = 0; r < c.m; ++r) {
        for (std::int64_t j = 0; j < c.n; ++j) {
          float want = 0;
          for (std::int64_t i = 0; i < c.k; ++i) {
            want += c.x[static_cast<std::size_t>(r * c.k + i)] * c.w[c.at(i, j)];
          }
          float got = 0;
          std::memcpy(&got, y.get() + 4 * (r * c.n + j), 4);
          if (std::isnan(want)) {
            ASSERT_TRUE(std::isnan(got)) << kernels->isa << " row " << r << " column " << j;
          } else {
            ASSERT_EQ(got, want) << kernels->isa << " row " << r << " column " << j;
          }
        }
      }
    }
  }
}

TEST(SparseKernels, ResultsAreTheSameBitsForAnyNumberOfThreads) {
  Rng rng(9);
  for (const std::int64_t m : {1, 50, 200, 300}) {
    Case c = make_case(rng, m, 300, 200, 0.8, 1);
    for (float& v : c.w) v = v == 0 ? 0 : static_cast<float>(rng.normal());
    for (float& v : c.x) v = static_cast<float>(rng.normal());
    const SparseMatrix matrix(c.source(false));
    const auto* x = static_cast<const std::byte*>(static_cast<const void*>(c.x.data()));
    std::vector<std::vector<std::byte>> results;
    for (const int threads : {1, 2, 4}) {
      set_threads(threads);
      for (const std::int64_t parts : {1, 4}) {
        Tensor scratch(ElementKind::u8,
                       {static_cast<std::int64_t>(matrix.scratch_bytes(m, parts))});
        results.emplace_back(static_cast<std::size_t>(m * 200 * 4));
        matrix.multiply(x, m, {}, results.back().data(), scratch.mutable_bytes().data(), parts);
        EXPECT_EQ(results.front(), results.back()) << threads << " threads, " << parts << " parts";
      }
    }
  }
  set_threads(0);
}

TEST(SparseKernels, ListsAreSharedWhereColumnsHaveTheirZerosTogether) {
  Rng rng(10);
  const Case scattered = make_case(rng, 1, 200, 64, 0.9, 1);
  const Case blocks = make_case(rng, 1, 200, 64, 0.9, 16);
  EXPECT_EQ(SparseMatrix(scattered.source(false)).group(), 1);
  EXPECT_EQ(SparseMatrix(blocks.source(false)).group(), kSparseGroup);
  const SparseCount count = count_sparse(scattered.source(false));
  EXPECT_EQ(count.words, 200 * 64);
  EXPECT_EQ(count.listed,
            std::count_if(scattered.w.begin(), scattered.w.end(), [](float v) { return v != 0; }));
}

}  // namespace
}  // namespace pare
