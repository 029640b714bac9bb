#include "kernels/elementwise/elementwise.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "kernels/elementwise/chain.hpp"
#include "kernels/view.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

using guard::Edge;

constexpr float kInf = std::numeric_limits<float>::infinity();

/// Numbers of every size and kind; an uneven count, so that every loop has a tail.
std::vector<float> sample() {
  std::vector<float> x = {0.0F,   -0.0F,   1.0F,       -1.0F, kInf,  -kInf,   std::nanf(""),
                          1e-40F, -1e-40F, 0.5F,       2.5F,  -2.5F, 1e30F,   -1e30F,
                          3.0F,   -3.0F,   8388609.0F, -0.3F, 88.0F, -104.0F, 7.999999F};
  Rng rng(5);
  while (x.size() < 131) x.push_back(4 * rng.normal());
  return x;
}

/// In double, by the definition; float32 may be `ulps` of the result beside it.
struct Judged {
  Activation f;
  double (*exact)(double);
  double ulps;
};

const Judged kJudged[] = {
    {{Act::relu}, [](double x) { return x < 0 ? 0 : x; }, 0},
    {{Act::leaky_relu, 0.25F}, [](double x) { return x < 0 ? 0.25 * x : x; }, 0},
    {{Act::clip, -1.5F, 2.0F}, [](double x) { return x < -1.5 ? -1.5
                                                     : x > 2  ? 2
                                                              : x; }, 0},
    {{Act::abs}, [](double x) { return std::fabs(x); }, 0},
    {{Act::neg}, [](double x) { return -x; }, 0},
    {{Act::sqrt}, [](double x) { return std::sqrt(x); }, 0.5},
    {{Act::reciprocal}, [](double x) { return 1 / x; }, 0.5},
    {{Act::floor}, [](double x) { return std::floor(x); }, 0},
    {{Act::ceil}, [](double x) { return std::ceil(x); }, 0},
    {{Act::log}, [](double x) { return std::log(x); }, 1},
    {{Act::softplus},
     [](double x) { return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))); },
     4},
    {{Act::power, 1.0F}, [](double x) { return x; }, 0},
    {{Act::power, 2.0F}, [](double x) { return x * x; }, 0.5},
    {{Act::power, 3.0F}, [](double x) { return std::pow(x, 3); }, 0.51},
    {{Act::power, 4.0F}, [](double x) { return std::pow(x, 4); }, 0.51},
    {{Act::power, 0.5F}, [](double x) { return std::pow(x, 0.5); }, 0.51},
    {{Act::power, -0.5F}, [](double x) { return std::pow(x, -0.5); }, 1.01},
    {{Act::power, -1.0F}, [](double x) { return std::pow(x, -1); }, 0.51},
    {{Act::power, 0.0F}, [](double) { return 1.0; }, 0},
    {{Act::power, 2.5F}, [](double x) { return std::pow(x, 2.5); }, 0.51},
};

void expect_within(float got, double want, double ulps, const std::string& where) {
  if (std::isnan(want)) {
    EXPECT_TRUE(std::isnan(got)) << where;
    return;
  }
  const auto rounded = static_cast<float>(want);
  if (got == rounded) return;
  int exponent = 0;
  std::frexp(want, &exponent);
  const double unit = std::ldexp(1.0, std::max(exponent, -125) - 24);
  EXPECT_LE(std::fabs(static_cast<double>(got) - want), ulps * unit) << where << ": " << got;
}

TEST(Elementwise, FunctionsAreAsExactAsStatedOnEveryInstructionSet) {
  const std::vector<float> x = sample();
  for (const ElementwiseKernels* k : elementwise_kernels()) {
    for (const Judged& j : kJudged) {
      const auto loop = unary_loop(*k, j.f);
      ASSERT_TRUE(loop.has_value());
      std::vector<float> y(x.size());
      (*loop)(x.data(), y.data(), static_cast<std::int64_t>(x.size()));
      for (std::size_t i = 0; i < x.size(); ++i) {
        // pow(NaN, 0) is 1, and everything else of NaN is NaN.
        const bool one = j.f.act == Act::power && j.f.alpha == 0;
        const double want =
            std::isnan(x[i]) && !one ? std::nan("") : j.exact(static_cast<double>(x[i]));
        expect_within(y[i], want, j.ulps,
                      std::string(to_string(j.f.act)) + "(" + std::to_string(x[i]) + ") on " +
                          std::string(k->isa));
      }
    }
  }
}

/// Bounds and slopes of functions with two roundings, relative to the greatest term.
TEST(Elementwise, HardFunctionsAreWithinTheirRoundings) {
  const std::vector<float> x = sample();
  std::vector<float> y(x.size());
  for (const ElementwiseKernels* k : elementwise_kernels()) {
    k->hard_sigmoid(x.data(), y.data(), static_cast<std::int64_t>(x.size()), 0.3F, 0.4F);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double v =
          static_cast<double>(0.3F) * static_cast<double>(x[i]) + static_cast<double>(0.4F);
      if (std::isnan(x[i])) {
        EXPECT_TRUE(std::isnan(y[i]));
      } else {
        EXPECT_NEAR(static_cast<double>(y[i]), v < 0 ? 0 : v > 1 ? 1 : v, 0x1p-23) << x[i];
      }
    }
    k->hard_swish(x.data(), y.data(), static_cast<std::int64_t>(x.size()), 0, 0);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double v = static_cast<double>(x[i]) / 6 + 0.5;
      const double want = static_cast<double>(x[i]) * (v < 0 ? 0 : v > 1 ? 1 : v);
      if (std::isnan(want)) {
        EXPECT_TRUE(std::isnan(y[i])) << x[i];
      } else if (std::isinf(want)) {
        EXPECT_EQ(static_cast<double>(y[i]), want);
      } else {
        EXPECT_NEAR(static_cast<double>(y[i]), want,
                    0x1p-22 * std::fabs(static_cast<double>(x[i])));
      }
    }
  }
}

TEST(Elementwise, UnknownFunctionsHaveNoLoop) {
  EXPECT_FALSE(unary_loop({Act::elu, 1.0F}).has_value());
  EXPECT_FALSE(unary_loop(*elementwise_kernels().front(), {Act::exp}).has_value());
  EXPECT_TRUE(unary_loop({Act::exp}).has_value());
}

TEST(Elementwise, EveryInstructionSetGivesTheSameBitsInGuardedMemory) {
  const ElementwiseKernels& base = *elementwise_kernels().back();
  const std::vector<float> all = sample();
  for (const ElementwiseKernels* k : elementwise_kernels()) {
    for (const Judged& j : kJudged) {
      for (std::int64_t n = 0; n < 40; ++n) {
        for (const Edge edge : {Edge::begins, Edge::ends}) {
          const auto size = static_cast<std::size_t>(n) * sizeof(float);
          const auto in = guard::bytes(size, edge, alignof(float));
          const auto out = guard::bytes(size, edge, alignof(float));
          if (n > 0) std::memcpy(in.get(), all.data(), size);
          std::vector<float> want(static_cast<std::size_t>(n));
          (*unary_loop(base, j.f))(all.data(), want.data(), n);
          (*unary_loop(*k, j.f))(view<float>(in.get()), view<float>(out.get()), n);
          for (std::int64_t i = 0; i < n; ++i) {
            const float got = view<float>(out.get())[i];
            const float wanted = want[static_cast<std::size_t>(i)];
            ASSERT_TRUE(got == wanted || (std::isnan(got) && std::isnan(wanted)))
                << to_string(j.f.act) << " " << k->isa << " " << n;
          }
          (*unary_loop(*k, j.f))(view<float>(in.get()), view<float>(in.get()), n);
          EXPECT_TRUE(n == 0 || std::memcmp(in.get(), out.get(), size) == 0) << "in place";
        }
      }
    }
  }
}

TEST(Elementwise, PairsAndChoicesOfEveryStep) {
  const std::vector<float> a = sample();
  std::vector<float> b(a.rbegin(), a.rend());
  b[3] = a[3];
  std::vector<std::uint8_t> mask;
  for (std::size_t i = 0; i < a.size(); ++i)
    mask.push_back(i % 3 == 0 ? 0 : static_cast<std::uint8_t>(i));
  const auto n = static_cast<std::int64_t>(a.size());
  for (const ElementwiseKernels* k : elementwise_kernels()) {
    for (int steps = 0; steps < 8; ++steps) {
      const std::int64_t sm = steps >> 2, sa = steps >> 1 & 1, sb = steps & 1;
      std::vector<float> y(a.size());
      std::vector<std::uint8_t> bits(a.size());
      const auto at = [](std::int64_t i, std::int64_t s) {
        return static_cast<std::size_t>(i * s);
      };
      k->choose(mask.data(), sm, a.data(), sa, b.data(), sb, y.data(), n);
      for (std::int64_t i = 0; i < n; ++i) {
        const float want = mask[at(i, sm)] != 0 ? a[at(i, sa)] : b[at(i, sb)];
        EXPECT_EQ(std::bit_cast<std::uint32_t>(y[at(i, 1)]), std::bit_cast<std::uint32_t>(want))
            << k->isa;
      }
      for (const bool greatest : {false, true}) {
        k->extreme(greatest, a.data(), sa, b.data(), sb, y.data(), n);
        for (std::int64_t i = 0; i < n; ++i) {
          const float p = a[at(i, sa)], q = b[at(i, sb)], got = y[at(i, 1)];
          if (std::isnan(p) || std::isnan(q)) {
            EXPECT_TRUE(std::isnan(got));
          } else {
            EXPECT_EQ(got, greatest ? std::max(p, q) : std::min(p, q));
          }
        }
      }
      const auto judge = [&](Comparison c, auto holds) {
        k->compare(c, a.data(), sa, b.data(), sb, bits.data(), n);
        for (std::int64_t i = 0; i < n; ++i) {
          EXPECT_EQ(bits[at(i, 1)], holds(a[at(i, sa)], b[at(i, sb)]) ? 1 : 0) << k->isa;
        }
      };
      judge(Comparison::equal, [](float p, float q) { return p == q; });
      judge(Comparison::greater, [](float p, float q) { return p > q; });
      judge(Comparison::greater_or_equal, [](float p, float q) { return p >= q; });
      judge(Comparison::less, [](float p, float q) { return p < q; });
      judge(Comparison::less_or_equal, [](float p, float q) { return p <= q; });
    }
    k->compare(Comparison::less, a.data(), 1, b.data(), 1, nullptr, 0);  // nothing to do
    std::vector<float> filled(5 + kFillBeyond, 1);
    k->fill(a.data() + 9, filled.data(), 5);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(filled[i], 0.5F);
  }
}

/// y = (x + b) * 2 with b along the last of two sizes or along the first.
ChainProgram sum_times_two(std::int64_t rows, std::int64_t width, bool along_width) {
  ChainProgram p;
  p.sizes = {rows, width};
  p.inputs = {{ElementKind::f32, {width, 1}},
              {ElementKind::f32,
               along_width ? std::vector<std::int64_t>{0, 1} : std::vector<std::int64_t>{1, 0}},
              {ElementKind::f32, {0, 0}}};
  ChainStep add{.kind = ChainStep::Kind::binary, .function = BinaryFunction::add, .in = {0, 1, 0}};
  ChainStep mul{.kind = ChainStep::Kind::binary, .function = BinaryFunction::mul, .in = {2, 3, 0}};
  p.steps = {add, mul};
  return p;
}

TEST(ElementwiseChain, WalksRowsOfEveryLengthInItsMemory) {
  for (const std::int64_t width : {1, 3, 7, 8, 49, 127, 128, 2047, 2048, 2049, 5000}) {
    for (const std::int64_t rows : {1, 3, 50}) {
      for (const bool along : {false, true}) {
        const std::int64_t extra = along ? width : rows;
        const auto bytes = [](std::int64_t n) {
          return static_cast<std::size_t>(n) * sizeof(float);
        };
        const auto x = guard::bytes(bytes(rows * width), Edge::ends, alignof(float));
        const auto b = guard::bytes(bytes(extra), Edge::ends, alignof(float));
        const auto two = guard::bytes(bytes(1), Edge::ends, alignof(float));
        const auto y = guard::bytes(bytes(rows * width), Edge::ends, alignof(float));
        for (std::int64_t i = 0; i < rows * width; ++i)
          view<float>(x.get())[i] = static_cast<float>(i % 97);
        for (std::int64_t i = 0; i < extra; ++i)
          view<float>(b.get())[i] = static_cast<float>(i % 89) / 4;
        *view<float>(two.get()) = 2;
        const ElementwiseChain chain(sum_times_two(rows, width, along));
        const std::array<const std::byte*, 3> in = {x.get(), b.get(), two.get()};
        chain.run(in, y.get());
        for (std::int64_t i = 0; i < rows * width; ++i) {
          const std::int64_t at = along ? i % width : i / width;
          ASSERT_EQ(view<float>(y.get())[i],
                    2 * (static_cast<float>(i % 97) + static_cast<float>(at % 89) / 4))
              << rows << " x " << width << " element " << i;
        }
      }
    }
  }
}

/// Masks, halves and strides that have to be written out: y = mask ? float(h) : x^T.
TEST(ElementwiseChain, WritesOutWhatLoopsCannotRead) {
  const std::int64_t rows = 70;
  const std::int64_t width = 33;
  ChainProgram p;
  p.sizes = {rows, width};
  p.inputs = {
      {ElementKind::boolean, {1, 0}}, {ElementKind::bf16, {0, 0}}, {ElementKind::f32, {1, rows}}};
  p.inputs[1].steps = {width, 1};
  ChainStep convert{.kind = ChainStep::Kind::convert, .in = {1, 0, 0}, .type = ElementKind::f32};
  ChainStep choose{.kind = ChainStep::Kind::choose, .in = {0, 3, 2}};
  p.steps = {convert, choose};
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(rows));
  std::vector<std::uint16_t> halves(static_cast<std::size_t>(rows * width));
  std::vector<float> x(halves.size());
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = i % 3 == 1 ? 1 : 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    halves[i] = static_cast<std::uint16_t>(0x3F80 + i % 100);  // 1 + (i % 100) / 128
    x[i] = -static_cast<float>(i);
  }
  std::vector<float> y(x.size());
  const std::array<const std::byte*, 3> in = {std::as_bytes(std::span(mask)).data(),
                                              std::as_bytes(std::span(halves)).data(),
                                              std::as_bytes(std::span(x)).data()};
  ElementwiseChain(p).run(in, std::as_writable_bytes(std::span(y)).data());
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < width; ++c) {
      const std::int64_t i = r * width + c;
      const float half = 1 + static_cast<float>(i % 100) / 128;
      const float want = r % 3 == 1 ? half : -static_cast<float>(c * rows + r);
      ASSERT_EQ(y[static_cast<std::size_t>(i)], want) << r << " " << c;
    }
  }
}

TEST(ElementwiseChain, RefusesWhatDoesNotFit) {
  ChainProgram p = sum_times_two(3, 5, true);
  EXPECT_TRUE(ElementwiseChain::fits(p));
  p.steps[0] = {.kind = ChainStep::Kind::unary, .act = {Act::elu, 1.0F}, .in = {0, 0, 0}};
  EXPECT_THROW(ElementwiseChain{p}, Error);  // no such loop
  p = sum_times_two(3, 5, true);
  for (std::size_t i = 0; i < ElementwiseChain::kMostValues; ++i) {
    p.steps.push_back(p.steps[1]);
    p.steps.back().in = {2, 3 + p.steps.size() - 2, 0};
  }
  EXPECT_FALSE(ElementwiseChain::fits(p));
  EXPECT_THROW(ElementwiseChain{p}, Error);
  p = sum_times_two(3, 5, true);  // many results that are all still to be read
  p.steps.resize(1);
  for (std::size_t i = 0; i < 9; ++i) p.steps.push_back(p.steps[0]);
  for (std::size_t i = 0; i < 9; ++i) {
    ChainStep sum = p.steps[0];
    sum.in = {3 + i, 3 + p.steps.size() - 1, 0};
    p.steps.push_back(sum);
  }
  EXPECT_FALSE(ElementwiseChain::fits(p));
}

}  // namespace
}  // namespace pare
