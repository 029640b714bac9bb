#include "kernels/binary/binary.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "base/rng.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

float apply(BinaryFunction f, float a, float b) {
  if (f == BinaryFunction::add) return a + b;
  if (f == BinaryFunction::sub) return a - b;
  if (f == BinaryFunction::mul) return a * b;
  return a / b;
}

constexpr std::array<BinaryFunction, 4> kFunctions = {BinaryFunction::add, BinaryFunction::sub,
                                                      BinaryFunction::mul, BinaryFunction::div};

std::vector<float> numbers(std::int64_t n, Rng& rng) {
  std::vector<float> out(static_cast<std::size_t>(n));
  for (float& x : out) x = rng.normal();
  return out;
}

TEST(Binary, EveryLengthAndStepOnEveryInstructionSet) {
  Rng rng(3);
  constexpr float kInf = std::numeric_limits<float>::infinity();
  for (std::int64_t n = 0; n <= 70; ++n) {
    std::vector<float> a = numbers(n + 1, rng);
    std::vector<float> b = numbers(n + 1, rng);
    if (n > 3) {
      a[1] = std::nanf("");
      b[2] = 0;
      a[3] = -kInf;
    }
    for (const BinaryKernels* k : binary_kernels()) {
      for (const BinaryFunction f : kFunctions) {
        for (int steps = 0; steps < 4; ++steps) {
          const std::int64_t step_a = steps & 1;
          const std::int64_t step_b = steps >> 1;
          std::vector<float> y(static_cast<std::size_t>(n) + 1, 77);
          k->run(f, a.data(), step_a, b.data(), step_b, y.data(), n);
          for (std::int64_t i = 0; i < n; ++i) {
            const float want = apply(f, a[static_cast<std::size_t>(i * step_a)],
                                     b[static_cast<std::size_t>(i * step_b)]);
            const float got = y[static_cast<std::size_t>(i)];
            ASSERT_TRUE(got == want || (std::isnan(got) && std::isnan(want))) << k->isa << " " << n;
          }
          ASSERT_EQ(y.back(), 77) << k->isa << " wrote behind " << n;
        }
      }
    }
  }
}

/// Steps of an operand of that shape beside a result of `sizes`, both dense and row-major.
std::vector<std::int64_t> steps_of(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> steps(shape.size());
  std::int64_t step = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    steps[d] = shape[d] == 1 ? 0 : step;
    step *= shape[d];
  }
  return steps;
}

std::int64_t count(const std::vector<std::int64_t>& shape) {
  std::int64_t n = 1;
  for (const std::int64_t d : shape) n *= d;
  return n;
}

// All ways to repeat either operand along each of four dimensions, against four nested loops.
TEST(Binary, BroadcastsAlongAllSetsOfDimensions) {
  const std::vector<std::int64_t> y = {2, 3, 5, 4};
  Rng rng(4);
  for (unsigned ma = 0; ma < 16; ++ma) {
    for (unsigned mb = 0; mb < 16; ++mb) {
      if ((ma & mb) != 0) continue;  // the result would be smaller
      std::vector<std::int64_t> sa = y;
      std::vector<std::int64_t> sb = y;
      for (std::size_t d = 0; d < 4; ++d) {
        if ((ma >> d & 1U) != 0) sa[d] = 1;
        if ((mb >> d & 1U) != 0) sb[d] = 1;
      }
      const std::vector<float> a = numbers(count(sa), rng);
      const std::vector<float> b = numbers(count(sb), rng);
      BroadcastLoop loop{y, steps_of(sa), steps_of(sb)};
      const BroadcastLoop whole = loop;
      loop.simplify();
      EXPECT_LE(loop.sizes.size(), 5U);
      for (const int threads_wanted : {1, 3}) {
        set_threads(threads_wanted);
        std::vector<float> got(static_cast<std::size_t>(count(y)));
        run_broadcast(*binary_kernels().front(), BinaryFunction::sub, loop, a.data(), b.data(),
                      got.data());
        for (std::int64_t i = 0; i < count(y); ++i) {
          std::int64_t at_a = 0;
          std::int64_t at_b = 0;
          std::int64_t rest = i;
          for (std::size_t d = 4; d-- > 0;) {
            at_a += rest % y[d] * whole.a[d];
            at_b += rest % y[d] * whole.b[d];
            rest /= y[d];
          }
          ASSERT_EQ(got[static_cast<std::size_t>(i)],
                    a[static_cast<std::size_t>(at_a)] - b[static_cast<std::size_t>(at_b)])
              << ma << " " << mb << " " << i;
        }
      }
    }
  }
  set_threads(0);
}

TEST(Binary, LoopsBecomeAsLongAsCanBe) {
  BroadcastLoop same{{2, 3, 4}, {12, 4, 1}, {12, 4, 1}};
  same.simplify();
  EXPECT_EQ(same.sizes, (std::vector<std::int64_t>{24}));
  BroadcastLoop gate{{2, 3, 7, 7}, {147, 49, 7, 1}, {3, 1, 0, 0}};
  gate.simplify();
  EXPECT_EQ(gate.sizes, (std::vector<std::int64_t>{6, 49}));
  EXPECT_EQ(gate.b, (std::vector<std::int64_t>{1, 0}));
  BroadcastLoop turned{{4, 4}, {4, 1}, {1, 4}};  // an operand of another order
  turned.simplify();
  EXPECT_EQ(turned.sizes, (std::vector<std::int64_t>{4, 4, 1}));
}

}  // namespace
}  // namespace pare
