#include "compress/mix.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "base/error.hpp"
#include "base/rng.hpp"

namespace pare {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

// ResNet-18 between 4 and 8 bits, as published with HAWQ-V3 (arXiv:2011.10680): mean Hessian
// traces, squared weight errors, parameters, bit operations at 32 bits, milliseconds on a T4.
constexpr std::size_t kLayers = 19;
using Row = std::array<double, kLayers>;
constexpr Row kTrace = {0.06857826, 0.03162379, 0.03298575, 0.01205663, 0.02222431,
                        0.00596336, 0.06931772, 0.00807129, 0.00372905, 0.00530698,
                        0.00209011, 0.00737569, 0.00210454, 0.00151197, 0.00158041,
                        0.00078146, 0.00451841, 0.00098745, 0.00072944};
constexpr Row kError8 = {0.0235, 0.0125, 0.0102, 0.0082, 0.0145, 0.0344, 0.0023,
                         0.0287, 0.0148, 0.0333, 0.0682, 0.0027, 0.0448, 0.0336,
                         0.0576, 0.1130, 0.0102, 0.0947, 0.0532};
constexpr Row kError4 = {6.7430,  3.9691,  3.3281,  2.6796,  4.7277, 10.5966, 0.6827,
                         9.0942,  4.8857,  10.7599, 21.7546, 0.8603, 14.5324, 10.9651,
                         18.7706, 36.4044, 3.1572,  29.6994, 17.4016};
constexpr Row kWeights = {36864,   36864,   36864,  36864,   73728,  147456, 8192,
                          147456,  147456,  294912, 589824,  32768,  589824, 589824,
                          1179648, 2359296, 131072, 2359296, 2359296};
constexpr Row kOps = {115605504, 115605504, 115605504, 115605504, 57802752, 115605504, 6422528,
                      115605504, 115605504, 57802752,  115605504, 6422528,  115605504, 115605504,
                      57802752,  115605504, 6422528,   115605504, 115605504};
constexpr Row kTime4 = {0.21094404, 0.21092674, 0.21104113, 0.21086851, 0.13642465,
                        0.19167506, 0.02532183, 0.19148203, 0.19142914, 0.11395316,
                        0.20556011, 0.01917474, 0.20566918, 0.20566509, 0.13185102,
                        0.22287786, 0.01790088, 0.22304611, 0.22286099};
constexpr Row kTime8 = {0.36189111, 0.36211718, 0.31141909, 0.30454471, 0.19184896,
                        0.38948934, 0.0334169,  0.38904905, 0.3892859,  0.19134735,
                        0.34307431, 0.02802354, 0.34313329, 0.34310756, 0.21117103,
                        0.37376585, 0.02896843, 0.37398187, 0.37405185};

/// Layers 4 and 6, 9 and 11, 14 and 16 meet in an addition and must have the same bits.
std::size_t tied_to(std::size_t l) { return l == 6 || l == 11 || l == 16 ? l - 2 : l; }

struct Hawq {
  std::vector<MixLayer> layers;
  std::vector<std::size_t> first;  ///< original layer of each
  double limit = 0;
};

/// `cost(l, bits)`; the limit lies half way between all 4 and all 8 bits.
template <class Cost>
Hawq hawq(Cost cost) {
  Hawq h;
  std::array<std::size_t, kLayers> place{};
  double least = 0;
  double most = 0;
  for (std::size_t l = 0; l < kLayers; ++l) {
    const double gain = kTrace[l] * (kError8[l] - kError4[l]);
    const MixLayer own = {{0, {cost(l, 4)}}, {gain, {cost(l, 8)}}};
    least += own[0].costs[0];
    most += own[1].costs[0];
    if (tied_to(l) == l) {
      place[l] = h.layers.size();
      h.layers.push_back(own);
      h.first.push_back(l);
      continue;
    }
    MixLayer& shared = h.layers[place[tied_to(l)]];
    for (std::size_t c = 0; c < 2; ++c) {
      shared[c].error += own[c].error;
      shared[c].costs[0] += own[c].costs[0];
    }
  }
  h.limit = least + (most - least) * 0.5;
  return h;
}

/// "8" or "4" for each of the 19 layers.
std::string bits(const Hawq& h, const MixResult& m) {
  std::string text;
  for (std::size_t l = 0; l < kLayers; ++l) {
    for (std::size_t i = 0; i < h.first.size(); ++i) {
      if (h.first[i] == tied_to(l)) text += m.choice[i] == 1 ? '8' : '4';
    }
  }
  return text;
}

void expect_optimum(const Hawq& h, double limit, double used, double error,
                    const std::string& want) {
  EXPECT_NEAR(h.limit, limit, 1e-5);
  const MixResult m = solve_mix(h.layers, {h.limit});
  EXPECT_NEAR(m.error, error, 1e-7);
  EXPECT_NEAR(m.costs[0], used, 1e-5);
  EXPECT_EQ(m.gap, 0);
  EXPECT_EQ(bits(h, m), want);
}

TEST(Mix, PublishedOptimumForSize) {
  expect_optimum(hawq([](std::size_t l, int b) { return kWeights[l] / 1048576 * b / 8; }), 7.980469,
                 7.265625, -1.23320720, "8888888888888884844");
}

TEST(Mix, PublishedOptimumForBitOperationsWhichGreedyMisses) {
  const Hawq h = hawq([](std::size_t l, int b) { return kOps[l] / 1e6 * b * b / 1024; });
  expect_optimum(h, 66.232320, 65.028096, -1.09202381, "8884888848884444444");
  const MixResult greedy = greedy_mix(h.layers, {h.limit});
  EXPECT_GT(greedy.error, -1.0915);
  EXPECT_LE(greedy.costs[0], h.limit);
}

TEST(Mix, PublishedOptimumForLatency) {
  expect_optimum(hawq([](std::size_t l, int b) { return b == 8 ? kTime8[l] : kTime4[l]; }),
                 4.246180, 4.220095, -1.10503933, "8888848848884484844");
}

std::vector<MixLayer> random_layers(Rng& rng, std::size_t layers, std::size_t choices,
                                    std::size_t resources) {
  std::vector<MixLayer> out(layers);
  for (MixLayer& layer : out) {
    for (std::size_t c = 0; c < choices; ++c) {
      MixChoice choice;
      choice.error = static_cast<double>(rng.uniform());
      for (std::size_t r = 0; r < resources; ++r) {
        choice.costs.push_back(static_cast<double>(rng.uniform()));
      }
      layer.push_back(choice);
    }
  }
  return out;
}

/// Every combination; infinity when none keeps the limits.
double least_error(const std::vector<MixLayer>& layers, const std::vector<double>& limits,
                   std::size_t l = 0, double error = 0, std::vector<double> costs = {}) {
  if (costs.empty()) costs.assign(limits.size(), 0);
  if (l == layers.size()) {
    for (std::size_t r = 0; r < limits.size(); ++r) {
      if (costs[r] > limits[r]) return kNone;
    }
    return error;
  }
  double best = kNone;
  for (const MixChoice& c : layers[l]) {
    std::vector<double> sums = costs;
    for (std::size_t r = 0; r < limits.size(); ++r) sums[r] += c.costs[r];
    best = std::min(best, least_error(layers, limits, l + 1, error + c.error, sums));
  }
  return best;
}

TEST(Mix, EqualsBruteForceUnderOneTwoAndThreeLimits) {
  Rng rng(5);
  int solved = 0;
  int impossible = 0;
  for (int round = 0; round < 300; ++round) {
    const std::size_t resources = 1 + static_cast<std::size_t>(round % 3);
    const auto layers = random_layers(rng, 1 + rng.below(5), 1 + rng.below(4), resources);
    std::vector<double> limits;
    for (std::size_t r = 0; r < resources; ++r) {
      limits.push_back(static_cast<double>(rng.uniform()) * static_cast<double>(layers.size()));
    }
    if (round % 7 == 0) limits[0] = kNone;
    const double want = least_error(layers, limits);
    try {
      const MixResult m = solve_mix(layers, limits);
      EXPECT_NEAR(m.error, want, 1e-12);
      EXPECT_EQ(m.gap, 0);
      double sum = 0;
      for (std::size_t l = 0; l < layers.size(); ++l) sum += layers[l][m.choice[l]].error;
      EXPECT_NEAR(sum, m.error, 1e-12);
      ++solved;
    } catch (const Error& e) {
      EXPECT_EQ(e.fault(), Fault::config);
      EXPECT_EQ(want, kNone);
      ++impossible;
    }
  }
  EXPECT_GT(solved, 100);
  EXPECT_GT(impossible, 20);
}

TEST(Mix, NamesTheLeastThatCanBeHad) {
  const std::vector<MixLayer> layers = {{{0, {3}}, {1, {2}}}, {{0, {5}}, {1, {4}}}};
  try {
    (void)solve_mix(layers, {5.5});
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(e.message().find("least that can be had is 6"), std::string::npos) << e.message();
  }
}

// Where costs grow as errors fall, as formats do: a network of 200 layers with 20 formats each.
TEST(Mix, LargeProblemsAreSolvedExactly) {
  Rng rng(6);
  std::vector<MixLayer> layers(200);
  double all = 0;
  for (MixLayer& layer : layers) {
    const double weight = std::exp(3 * static_cast<double>(rng.uniform()));
    const double harm = std::exp(6 * static_cast<double>(rng.uniform()));
    for (int b = 0; b < 20; ++b) {
      const double width = 2 + 0.4 * b + 0.2 * static_cast<double>(rng.uniform());
      layer.push_back({harm * std::pow(4.0, -width), {weight * width}});
    }
    all += weight;
  }
  const MixResult m = solve_mix(layers, {all * 5});
  EXPECT_EQ(m.gap, 0);
  EXPECT_LE(m.costs[0], all * 5);
  EXPECT_LE(m.error, greedy_mix(layers, {all * 5}).error);
}

// With room for few partial solutions the answer may be worse, and the gap bounds by how much.
TEST(Mix, ThinningSaysWhatItMayHaveCost) {
  Rng rng(7);
  const auto layers = random_layers(rng, 30, 8, 1);
  const std::vector<double> limits = {6};
  const double best = solve_mix(layers, limits).error;
  const MixResult rough = solve_mix(layers, limits, {.most_states = 3});
  EXPECT_GE(rough.error, best);
  EXPECT_LE(rough.error - rough.gap, best + 1e-12);
}

}  // namespace
}  // namespace pare
