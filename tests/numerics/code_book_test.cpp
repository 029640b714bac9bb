#include "numerics/code_book.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"

namespace pare {
namespace {

/// Sum of weight * (x - nearest entry)^2, by trying all entries.
double loss(std::span<const float> book, const std::vector<float>& x,
            const std::vector<float>& weights = {}) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double least = HUGE_VAL;
    for (const float entry : book) {
      least = std::min(least, (double{x[i]} - double{entry}) * (double{x[i]} - double{entry}));
    }
    sum += least * (weights.empty() ? 1.0 : double{weights[i]});
  }
  return sum;
}

/// Squared error of a range about its mean, by two passes.
double spread(const std::vector<float>& x, const std::vector<float>& w, std::size_t begin,
              std::size_t end) {
  double weight = 0;
  double moment = 0;
  for (std::size_t i = begin; i < end; ++i) {
    weight += double{w[i]};
    moment += double{w[i]} * double{x[i]};
  }
  double sum = 0;
  for (std::size_t i = begin; i < end; ++i) {
    sum += double{w[i]} * (double{x[i]} - moment / weight) * (double{x[i]} - moment / weight);
  }
  return sum;
}

/// The least loss over all ways to cut sorted values into k ranges, each tried.
double least_loss(const std::vector<float>& x, const std::vector<float>& w, std::size_t begin,
                  std::size_t k) {
  if (k == 1) return spread(x, w, begin, x.size());
  double least = HUGE_VAL;
  for (std::size_t end = begin + 1; end + k - 1 <= x.size(); ++end) {
    least = std::min(least, spread(x, w, begin, end) + least_loss(x, w, end, k - 1));
  }
  return least;
}

TEST(CodeBook, FittedBooksAreTheBestOfAllPartitions) {
  Rng rng(3);
  for (int trial = 0; trial < 60; ++trial) {
    const std::size_t n = 6 + rng.below(6);
    std::vector<float> x(n);
    std::vector<float> w(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = rng.normal() * std::exp(2 * rng.normal());
      w[i] = trial % 2 == 0 ? 1.0F : 0.1F + 3 * rng.uniform();
    }
    for (const std::size_t k : {1U, 2U, 3U, 4U}) {
      const CodeBook book = fit_code_book(x, k, trial % 2 == 0 ? std::span<const float>() : w);
      std::vector<std::size_t> order(n);
      for (std::size_t i = 0; i < n; ++i) order[i] = i;
      std::sort(order.begin(), order.end(), [&](auto a, auto b) { return x[a] < x[b]; });
      std::vector<float> sorted;
      std::vector<float> weights;
      for (const std::size_t i : order) {
        sorted.push_back(x[i]);
        weights.push_back(w[i]);
      }
      const double best = least_loss(sorted, weights, 0, k);
      // Entries are rounded to binary32: relative 2^-24 of values up to max |x|, squared.
      const double most = std::max(std::abs(sorted.front()), std::abs(sorted.back()));
      EXPECT_NEAR(loss(book.values(), sorted, weights), best, 1e-9 * best + 1e-12 * most * most);
    }
  }
}

TEST(CodeBook, WholeWeightsAreRepetitions) {
  Rng rng(4);
  std::vector<float> x;
  std::vector<float> w;
  std::vector<float> repeated;
  for (int i = 0; i < 200; ++i) {
    x.push_back(rng.normal());
    w.push_back(static_cast<float>(rng.below(4)));
    for (int k = 0; k < static_cast<int>(w.back()); ++k) repeated.push_back(x.back());
  }
  const CodeBook a = fit_code_book(x, 8, w);
  const CodeBook b = fit_code_book(repeated, 8);
  EXPECT_EQ(std::vector<float>(a.values().begin(), a.values().end()),
            std::vector<float>(b.values().begin(), b.values().end()));
}

/// Levels of the quantizer of least squared error for the normal distribution (Max, 1960): each the
/// mean of its cell, cells divided half way.
std::vector<float> lloyd_max(std::size_t k) {
  const auto density = [](double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1)); };
  const auto below = [](double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; };
  std::vector<double> v(k);
  for (std::size_t i = 0; i < k; ++i) {
    v[i] = 6 * (static_cast<double>(i) + 0.5) / static_cast<double>(k) - 3;
  }
  for (int round = 0; round < 5000; ++round) {
    std::vector<double> cuts = {-40};
    for (std::size_t i = 0; i + 1 < k; ++i) cuts.push_back((v[i] + v[i + 1]) / 2);
    cuts.push_back(40);
    for (std::size_t i = 0; i < k; ++i) {
      v[i] = (density(cuts[i]) - density(cuts[i + 1])) / (below(cuts[i + 1]) - below(cuts[i]));
    }
  }
  return {v.begin(), v.end()};
}

TEST(CodeBook, ManyNormalNumbersGiveTheQuantizerOfMax) {
  constexpr std::size_t kValues = 200000;
  Rng rng(6);
  std::vector<float> x(kValues);
  for (float& v : x) v = rng.normal();
  const CodeBook book = fit_code_book(x, 16);
  ASSERT_EQ(book.values().size(), 16U);
  const std::vector<float> ideal = lloyd_max(16);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_NEAR(book.values()[i], ideal[i], 0.05) << i;
  // No book is better on this sample; in the limit the mean squared error is 0.009497.
  const double fitted = loss(book.values(), x);
  EXPECT_LE(fitted, loss(ideal, x));
  EXPECT_NEAR(fitted / kValues, 0.009497, 0.0002);
}

TEST(CodeBook, BeyondTheExactSizeItIsStillNextToTheBest) {
  constexpr std::size_t kValues = 6000;
  Rng rng(8);
  std::vector<float> x(kValues);
  for (float& v : x) v = rng.normal() * std::exp(rng.normal());
  std::sort(x.begin(), x.end());
  const CodeBook book = fit_code_book(x, 5);
  // Plain dynamic programming over all borders.
  std::vector<double> first(kValues + 1);
  std::vector<double> second(kValues + 1);
  for (std::size_t i = 0; i < kValues; ++i) {
    first[i + 1] = first[i] + double{x[i]};
    second[i + 1] = second[i] + double{x[i]} * double{x[i]};
  }
  const auto error = [&](std::size_t i, std::size_t j) {
    const double s = first[j] - first[i];
    return second[j] - second[i] - s * s / static_cast<double>(j - i);
  };
  std::vector<double> best(kValues + 1, HUGE_VAL);
  best[0] = 0;
  for (int k = 0; k < 5; ++k) {
    std::vector<double> next(kValues + 1, HUGE_VAL);
    for (std::size_t j = 1; j <= kValues; ++j) {
      for (std::size_t i = 0; i < j; ++i) next[j] = std::min(next[j], best[i] + error(i, j));
    }
    best = next;
  }
  EXPECT_LE(loss(book.values(), x), best[kValues] * (1 + 1e-5));
}

TEST(CodeBook, FullBooksAndFewValues) {
  Rng rng(9);
  std::vector<float> x(5000);
  for (float& v : x) v = rng.normal();
  const CodeBook book = fit_code_book(x, 256);
  EXPECT_EQ(book.values().size(), 256U);
  // Panter and Dite: pi sqrt(3) / (2 k^2) in the limit of many entries.
  const double limit = std::acos(-1.0) * std::sqrt(3.0) / 2 / 256 / 256;
  EXPECT_LT(loss(book.values(), x) / 5000, limit);  // the sample is finite, so it can be met better
  const CodeBook few = fit_code_book(std::vector<float>{3, 1, 3, 2, 1}, 16);
  EXPECT_EQ(std::vector<float>(few.values().begin(), few.values().end()),
            (std::vector<float>{1, 2, 3}));
}

TEST(CodeBook, EncodesToTheNearestEntryAndBack) {
  const CodeBook book({-2.5F, -1, 0.125F, 4, 4.5F});
  Rng rng(10);
  std::vector<float> x = {-1.75F, 2.0625F, 4.25F, std::nanf(""), HUGE_VALF, -HUGE_VALF};
  for (int i = 0; i < 2000; ++i) x.push_back(4 * rng.normal());
  std::vector<std::uint8_t> codes(x.size());
  std::vector<float> back(x.size());
  book.encode(x, codes);
  book.decode(codes, back);
  EXPECT_EQ((std::vector<std::uint8_t>(codes.begin(), codes.begin() + 6)),
            (std::vector<std::uint8_t>{0, 2, 3, 2, 4, 0}));  // half way: the lower
  for (std::size_t i = 6; i < x.size(); ++i) {
    for (const float entry : book.values()) {
      ASSERT_LE(std::abs(x[i] - back[i]), std::abs(x[i] - entry));
    }
  }
}

TEST(CodeBook, ThresholdsDivideExactlyWhereTheMiddleIsNoFloat) {
  const float low = 1.0F;
  const float high = std::nextafter(low, 2.0F);
  const CodeBook book({low, high});
  std::vector<std::uint8_t> codes(2);
  book.encode(std::vector<float>{low, high}, codes);
  EXPECT_EQ(codes, (std::vector<std::uint8_t>{0, 1}));
}

Fault fault_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& e) {
    return e.fault();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Fault::internal;
}

TEST(CodeBook, RefusesWhatItCannotUse) {
  const std::vector<float> x = {1, 2, 3};
  EXPECT_EQ(fault_of([&] { (void)fit_code_book(x, 0); }), Fault::usage);
  EXPECT_EQ(fault_of([&] { (void)fit_code_book(x, 257); }), Fault::usage);
  EXPECT_EQ(fault_of([&] { (void)fit_code_book({}, 4); }), Fault::usage);
  EXPECT_EQ(fault_of([&] { (void)fit_code_book(x, 2, std::vector<float>{1, 1}); }), Fault::usage);
  EXPECT_EQ(fault_of([&] {
              (void)fit_code_book(x, 2, std::vector<float>{1, -1, 1});
            }),
            Fault::usage);
  EXPECT_EQ(fault_of([&] {
              (void)fit_code_book(x, 2, std::vector<float>{0, 0, 0});
            }),
            Fault::usage);
  EXPECT_EQ(fault_of([&] {
              (void)fit_code_book(std::vector<float>{1, std::nanf("")}, 2);
            }),
            Fault::usage);
  EXPECT_EQ(fault_of([] { (void)CodeBook({}); }), Fault::usage);
  EXPECT_EQ(fault_of([] { (void)CodeBook({1, 1}); }), Fault::usage);
  EXPECT_EQ(fault_of([] {
              std::vector<float> out(1);
              CodeBook({1, 2}).decode(std::vector<std::uint8_t>{2}, out);
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
