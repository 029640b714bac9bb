#pragma once

// What operators that draw random numbers owe: the seed decides, runs without one differ, the
// numbers are spread as they should be.

#include <cmath>

#include "ops/elementwise.hpp"

namespace pare {

/// Mean and standard deviation.
struct Spread {
  double mean = 0;
  double deviation = 0;
};

inline Spread spread_of(const Tensor& t) {
  const std::vector<double> v = t.to_doubles();
  Spread s;
  for (const double x : v) s.mean += x;
  s.mean /= static_cast<double>(v.size());
  for (const double x : v) s.deviation += (x - s.mean) * (x - s.mean);
  s.deviation = std::sqrt(s.deviation / static_cast<double>(v.size()));
  return s;
}

/// Within five standard errors. The error of the deviation is at most that of the mean for the
/// distributions here.
inline void expect_spread(const Tensor& t, double mean, double deviation) {
  const Spread got = spread_of(t);
  const double bound = 5 * deviation / std::sqrt(static_cast<double>(t.size()));
  EXPECT_NEAR(got.mean, mean, bound);
  EXPECT_NEAR(got.deviation, deviation, bound);
}

/// The same numbers with the same seed, others with another seed, and others at every run without.
inline void expect_seeds(const std::string& op, const std::vector<Tensor>& inputs,
                         const Attributes& a, const Attribute& one, const Attribute& two) {
  const auto run = [&](const Attribute* seed) {
    Attributes all = a;
    if (seed != nullptr) all["seed"] = *seed;
    return run_op(op, inputs, all).at(0);
  };
  EXPECT_TRUE(identical(run(&one), run(&one)));
  EXPECT_FALSE(identical(run(&one), run(&two)));
  EXPECT_FALSE(identical(run(nullptr), run(nullptr)));
  EXPECT_FALSE(op_registry().find("", op)->deterministic);
}

}  // namespace pare
