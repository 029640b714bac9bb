#include "compress/weights/gptq.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "compress/weights/toy_layer.hpp"

namespace pare {
namespace {

using Matrix = std::vector<std::vector<double>>;

/// By Gauss-Jordan elimination.
Matrix inverse(Matrix a) {
  const std::size_t n = a.size();
  Matrix b(n, std::vector<double>(n, 0));
  for (std::size_t i = 0; i < n; ++i) b[i][i] = 1;
  for (std::size_t k = 0; k < n; ++k) {
    const double pivot = a[k][k];
    for (std::size_t j = 0; j < n; ++j) {
      a[k][j] /= pivot;
      b[k][j] /= pivot;
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const double f = a[i][k];
      for (std::size_t j = 0; j < n; ++j) {
        a[i][j] -= f * a[k][j];
        b[i][j] -= f * b[k][j];
      }
    }
  }
  return b;
}

/// The method as it is derived (optimal brain quantization in a fixed order): after each weight,
/// the rest moves by -(w - q) / [F^-1]_00 F^-1_0j, F the moments of what is left. No factorization.
std::vector<double> by_definition(const std::vector<float>& row, Matrix h, double damping,
                                  const WeightGrid& grid, const std::vector<GroupScale>& scales,
                                  const std::vector<std::size_t>& order) {
  const std::size_t n = row.size();
  double mean = 0;
  for (std::size_t i = 0; i < n; ++i) mean += h[i][i] / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) h[i][i] += damping * mean;
  std::vector<double> w(row.begin(), row.end());
  std::vector<double> q(n);
  for (std::size_t k = 0; k < n; ++k) {
    Matrix left;
    for (std::size_t i = k; i < n; ++i) {
      std::vector<double> line;
      for (std::size_t j = k; j < n; ++j) line.push_back(h[order[i]][order[j]]);
      left.push_back(std::move(line));
    }
    const Matrix f = inverse(left);
    const std::size_t c = order[k];
    const GroupScale& s = scales[grid.group > 0 ? c / static_cast<std::size_t>(grid.group) : 0];
    q[c] = double{grid.rounded(static_cast<float>(w[c]), s)};
    const double error = (w[c] - q[c]) / f[0][0];
    for (std::size_t j = k + 1; j < n; ++j) w[order[j]] -= error * f[0][j - k];
  }
  return q;
}

struct Small {
  WeightMatrix w{3, 10, {}};
  std::vector<double> h;
  Matrix table;

  explicit Small(std::uint64_t seed) {
    Rng rng(seed);
    for (int i = 0; i < 30; ++i) w.values.push_back(rng.normal());
    h.assign(100, 0);
    for (int s = 0; s < 40; ++s) {
      std::vector<double> x;
      for (int i = 0; i < 10; ++i) x.push_back(rng.normal() + (i > 0 ? 0.7 * x.back() : 0));
      for (int i = 0; i < 100; ++i) h[i] += x[i / 10] * x[i % 10] / 40;
    }
    for (int i = 0; i < 10; ++i) table.emplace_back(h.begin() + i * 10, h.begin() + i * 10 + 10);
  }
};

void expect_definition(const Small& s, const WeightGrid& grid, const GptqOptions& options) {
  std::vector<std::size_t> order(10);
  std::iota(order.begin(), order.end(), 0);
  if (options.act_order) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return s.table[a][a] > s.table[b][b]; });
  }
  const GptqResult result = gptq(s.w, s.h, grid, options);
  const std::vector<GroupScale> scales = fit_scales(s.w, grid);
  const auto groups = static_cast<std::size_t>(grid.groups(10));
  for (std::int64_t r = 0; r < 3; ++r) {
    const auto row = s.w.row(r);
    const std::vector<GroupScale> own(
        scales.begin() + r * static_cast<std::ptrdiff_t>(groups),
        scales.begin() + (r + 1) * static_cast<std::ptrdiff_t>(groups));
    const auto want =
        by_definition({row.begin(), row.end()}, s.table, options.damping, grid, own, order);
    for (std::int64_t c = 0; c < 10; ++c) {
      EXPECT_NEAR(result.coded.value(r, c), want[c], 1e-6) << r << " " << c;
    }
  }
}

TEST(Gptq, IsTheDefinitionWhateverTheBlocks) {
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    const Small s(seed);
    const WeightGrid grid = grid_of(dtype_by_name("int3"));
    for (const std::int64_t block : {1, 3, 4, 10, 128}) {
      expect_definition(s, grid, {.block = block});
      expect_definition(s, grid, {.act_order = true, .block = block});
    }
    WeightGrid groups = grid;
    groups.group = 4;
    expect_definition(s, groups, {.static_groups = true, .block = 3});
    expect_definition(s, groups, {.act_order = true, .block = 4});
    expect_definition(s, grid_of(dtype_by_name("nf4")), {});
  }
}

// Scales of groups found on the way are those of the weights as they then are, whatever the blocks.
TEST(Gptq, MovingGroupsDoNotDependOnTheBlocks) {
  const toy::Layer layer(4);
  const WeightGrid grid = toy::asymmetric(3, 32);
  const WeightMatrix want = gptq(layer.w, layer.h, grid, {.block = 1}).coded.decoded();
  for (const std::int64_t block : {7, 48, 128}) {
    const WeightMatrix got = gptq(layer.w, layer.h, grid, {.block = block}).coded.decoded();
    EXPECT_LT(layer.error(got) / layer.error(want), 1.02);
    EXPECT_GT(layer.error(got) / layer.error(want), 0.98);
  }
}

TEST(Gptq, GivesTheSameForAnyNumberOfThreads) {
  const toy::Layer layer(5);
  const WeightGrid grid = toy::asymmetric(4, 32);
  set_threads(1);
  const CodedWeights one = gptq(layer.w, layer.h, grid).coded;
  set_threads(2);
  const CodedWeights two = gptq(layer.w, layer.h, grid).coded;
  set_threads(0);
  EXPECT_EQ(one.codes, two.codes);
}

TEST(Gptq, ColumnsWithoutInputBecomeZero) {
  Small s(6);
  for (int i = 0; i < 10; ++i) s.h[i * 10 + 4] = s.h[4 * 10 + i] = 0;
  const GptqResult result = gptq(s.w, s.h, grid_of(dtype_by_name("int4")));
  for (std::int64_t r = 0; r < 3; ++r) EXPECT_EQ(result.coded.value(r, 4), 0);
  EXPECT_EQ(result.dead, 1);
}

// The inputs may be in any unit, whatever stands in for the moment of a column without input.
TEST(Gptq, DoesNotDependOnTheUnitOfTheInputs) {
  toy::Layer layer(6);
  const auto n = static_cast<std::size_t>(layer.w.columns);
  for (std::size_t i = 0; i < n; ++i) layer.h[i * n + 7] = layer.h[7 * n + i] = 0;
  std::vector<double> small = layer.h;
  for (double& v : small) v *= 0x1.0p-40;
  const WeightGrid grid = toy::asymmetric(3);
  EXPECT_EQ(gptq(layer.w, layer.h, grid).coded.codes, gptq(layer.w, small, grid).coded.codes);
}

TEST(Gptq, DampsMoreWhenItMust) {
  Small s(7);
  // Not positive definite: an eigenvalue of about -0.05 of the mean diagonal.
  for (double& v : s.h) v = 0;
  for (int i = 0; i < 10; ++i) s.h[i * 11] = 1;
  s.h[1] = s.h[10] = 1.05;
  const GptqResult result = gptq(s.w, s.h, grid_of(dtype_by_name("int4")));
  EXPECT_NEAR(result.damping, 0.1, 1e-12);
  // None at first: then from 1e-4 on.
  EXPECT_THROW(gptq(s.w, s.h, grid_of(dtype_by_name("int4")), {.damping = 0}), Error);
  s.h[1] = s.h[10] = 1.005;
  EXPECT_NEAR(gptq(s.w, s.h, grid_of(dtype_by_name("int4")), {.damping = 0}).damping, 1e-2, 1e-12);
  s.h[1] = s.h[10] = 100;
  EXPECT_THROW(gptq(s.w, s.h, grid_of(dtype_by_name("int4"))), Error);
}

TEST(InverseFactor, TimesItselfIsTheInverse) {
  const Small s(8);
  const std::vector<double> u = inverse_factor(s.h, 10, 0);
  const Matrix want = inverse(s.table);
  for (std::size_t i = 0; i < 10; ++i) {
    for (std::size_t j = 0; j < 10; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < 10; ++k) sum += u[k * 10 + i] * u[k * 10 + j];
      EXPECT_NEAR(sum, want[i][j], 1e-8);
      if (i > j) {
        EXPECT_EQ(u[i * 10 + j], 0);
      }
    }
  }
}

}  // namespace
}  // namespace pare
