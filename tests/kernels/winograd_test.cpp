#include "kernels/winograd/winograd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/rng.hpp"
#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

using guard::Edge;

constexpr double kUlp = 0x1p-24;
constexpr float kInf = WinogradPosts::kInfinity;

struct Case {
  WinogradSizes s;
  bool adds = false;
  WinogradPosts posts;
  std::vector<float> x, w, bias, residual;
};

Case make_case(Rng& rng, const WinogradSizes& s, bool adds = false, WinogradPosts posts = {}) {
  Case c{s, adds, posts};
  const auto fill = [&](std::vector<float>& v, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) v.push_back(static_cast<float>(rng.normal()));
  };
  fill(c.x, s.batch * s.height * s.width * s.channels);
  fill(c.w, s.outputs * s.channels * 9);
  fill(c.bias, s.outputs);
  if (adds) fill(c.residual, s.batch * s.out_height * s.out_width * s.outputs);
  return c;
}

double clipped(double x, float low, float high) {
  return std::min<double>(std::max<double>(x, low), high);
}

/// The sum of one result in double, by the definition.
double sum_at(const Case& c, std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t o) {
  const WinogradSizes& s = c.s;
  double sum = 0;
  for (std::int64_t i = 0; i < 9; ++i) {
    const std::int64_t row = y + i / 3 - s.top;
    const std::int64_t column = x + i % 3 - s.left;
    if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
    const float* pixel = c.x.data() + ((n * s.height + row) * s.width + column) * s.channels;
    for (std::int64_t k = 0; k < s.channels; ++k) {
      sum += double{pixel[k]} * c.w[static_cast<std::size_t>((o * s.channels + k) * 9 + i)];
    }
  }
  return sum;
}

std::vector<double> meaning_of(const Case& c) {
  std::vector<double> all;
  for (std::int64_t n = 0; n < c.s.batch; ++n) {
    for (std::int64_t y = 0; y < c.s.out_height; ++y) {
      for (std::int64_t x = 0; x < c.s.out_width; ++x) {
        for (std::int64_t o = 0; o < c.s.outputs; ++o) {
          double sum = sum_at(c, n, y, x, o) + c.bias[static_cast<std::size_t>(o)];
          sum = clipped(sum, c.posts.first_low, c.posts.first_high);
          if (c.adds) {
            sum = clipped(sum + c.residual[all.size()], c.posts.last_low, c.posts.last_high);
          }
          all.push_back(sum);
        }
      }
    }
  }
  return all;
}

double norm(const std::vector<double>& v) {
  double squares = 0;
  for (const double x : v) squares += x * x;
  return std::sqrt(squares);
}

/// How much larger than a sum of two products the values are that a transform in two dimensions
/// adds up, for independent pixels and weights: the root of the squares of A^T, G and B^T at each
/// point, for the worst result. Written out from the points, not taken from the kernels.
double amplification(int side) {
  const double a = 11.0 / 16;
  const double b = 1.5;
  const std::vector<double> points =
      side == 2 ? std::vector<double>{0, 1, -1} : std::vector<double>{0, a, -a, b, -b};
  std::vector<double> products;
  for (std::size_t i = 0; i <= points.size(); ++i) {
    // The product of (x - q) over the other points, or over all of them for infinity.
    std::vector<double> image = {1};
    double scale = 1;
    for (std::size_t j = 0; j < points.size(); ++j) {
      if (j == i) continue;
      image.push_back(0);
      for (std::size_t k = image.size(); k-- > 0;) {
        image[k] = (k > 0 ? image[k - 1] : 0) - points[j] * image[k];
      }
      if (i < points.size()) scale *= points[i] - points[j];
    }
    const double p = i < points.size() ? points[i] : 0;
    const double weight = i < points.size() ? norm({1, p, p * p}) : 1;
    products.push_back(weight / std::abs(scale) * norm(image));
  }
  double most = 0;
  for (int power = 0; power < side; ++power) {
    std::vector<double> terms;
    for (std::size_t i = 0; i < points.size(); ++i) {
      terms.push_back(products[i] * std::pow(points[i], power));
    }
    if (power == side - 1) terms.push_back(products.back());
    most = std::max(most, norm(terms));
  }
  return most * most;
}

/// Stays within six times the error that is to be expected of numbers with a variance of 1: the sum
/// over C channels rounds C times at up to its root of C, the transforms and what follows round
/// some twenty times.
void expect_close(const Case& c, int side, const float* y, const std::vector<double>& want,
                  std::string_view isa) {
  const auto channels = static_cast<double>(c.s.channels);
  const double bound =
      6 * kUlp * amplification(side) * std::sqrt(channels * channels / 2 + 20 * (channels + 1));
  double squares = 0;
  double sizes = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    ASSERT_NEAR(y[i], want[i], bound)
        << isa << " side " << side << " image " << c.s.height << "x" << c.s.width << " channels "
        << c.s.channels << " to " << c.s.outputs << " at " << i;
    squares += (y[i] - want[i]) * (y[i] - want[i]);
    sizes += want[i] * want[i];
  }
  const bool clips = c.posts.first_low > -kInf || c.posts.last_low > -kInf;
  if (clips || want.size() < 100) return;
  // docs/decisions/winograd.md: 4e-7 and 1.2e-6 of the results on such data.
  EXPECT_LE(std::sqrt(squares / sizes), side == 2 ? 1e-6 : 3e-6) << isa << " side " << side;
}

/// On every instruction set, between pages that fault, for one and for more threads.
void expect_convolution(const Case& c) {
  const std::vector<double> want = meaning_of(c);
  for (const WinogradKernels* kernels : winograd_kernels()) {
    for (const int side : {2, 4}) {
      std::vector<float> first;
      for (const Edge edge : {Edge::ends, Edge::begins}) {
        for (const int threads : {1, 3}) {
          set_threads(threads);
          const WinogradConv conv(c.s, side, c.w, c.bias, c.posts, *kernels);
          const auto x = guard::bytes(c.x.size() * sizeof(float), edge);
          std::copy(c.x.begin(), c.x.end(), view<float>(x.get()));
          const auto y = guard::bytes(want.size() * sizeof(float), edge);
          // What is added lies where the result goes.
          if (c.adds) std::copy(c.residual.begin(), c.residual.end(), view<float>(y.get()));
          const auto scratch = guard::bytes(conv.scratch_bytes(), edge, 64);
          conv.run(x.get(), c.adds ? y.get() : nullptr, y.get(), scratch.get());
          set_threads(0);
          const float* got = view<float>(y.get());
          if (first.empty()) {
            first.assign(got, got + want.size());
            expect_close(c, side, got, want, kernels->isa);
            if (testing::Test::HasFatalFailure()) return;
          }
          ASSERT_TRUE(std::equal(first.begin(), first.end(), got))
              << kernels->isa << " differs with " << threads << " threads";
        }
      }
    }
  }
}

WinogradSizes padded(std::int64_t side, std::int64_t channels, std::int64_t outputs) {
  return {1, side, side, channels, outputs, side, side, 1, 1};
}

TEST(Winograd, ChannelsOfEveryCount) {
  Rng rng(1);
  for (const std::int64_t in : {1, 3, 4, 7, 8, 15, 16, 17, 33, 50}) {
    for (const std::int64_t out : {1, 7, 8, 16, 17, 31, 32, 33, 47, 65}) {
      expect_convolution(make_case(rng, padded(5, in, out)));
      if (HasFailure()) return;
    }
  }
}

TEST(Winograd, ImagesOfEverySize) {
  Rng rng(2);
  for (const std::int64_t height : {1, 3, 6, 9}) {
    for (const std::int64_t width : {1, 5, 8}) {
      for (const std::int64_t top : {0, 1, 2}) {
        for (const std::int64_t more : {0, 3}) {
          WinogradSizes s{2,   height, width, 5, 18, height + top + more - 2, width + more - 1,
                          top, 1};
          if (s.out_height < 1 || s.out_width < 1) continue;
          expect_convolution(make_case(rng, s));
          if (HasFailure()) return;
        }
      }
    }
  }
}

TEST(Winograd, ManyTilesAndMuchWeight) {
  Rng rng(3);
  for (const WinogradSizes& s :
       {padded(61, 16, 20), WinogradSizes{5, 14, 11, 24, 40, 14, 11, 1, 1}, padded(9, 130, 190)}) {
    expect_convolution(make_case(rng, s));
    if (HasFailure()) return;
  }
}

TEST(Winograd, WhatFollowsTheSum) {
  Rng rng(4);
  const std::array<WinogradPosts, 4> all = {WinogradPosts{}, WinogradPosts{0, kInf, -kInf, kInf},
                                            WinogradPosts{-kInf, kInf, 0, kInf},
                                            WinogradPosts{-1, 2, -0.5F, 3}};
  for (const WinogradPosts& posts : all) {
    for (const bool adds : {false, true}) {
      for (const std::int64_t outputs : {16, 21}) {
        expect_convolution(make_case(rng, padded(7, 9, outputs), adds, posts));
        if (HasFailure()) return;
      }
    }
  }
}

/// Sums of many channels: the error grows as its root, which the bound says.
TEST(Winograd, ErrorsOfLongSums) {
  Rng rng(5);
  expect_convolution(make_case(rng, padded(8, 512, 16)));
}

std::vector<BF16> narrowed(const std::vector<float>& x) {
  std::vector<BF16> y;
  for (const float v : x) y.push_back(to_bf16(static_cast<double>(v)));
  return y;
}

void widen(std::vector<float>& x) {
  for (float& v : x) v = to_float(to_bf16(static_cast<double>(v)));
}

/// Runs in guarded memory with images of the types that `s` says.
std::vector<float> run_as(const Case& c, int side, const WinogradKernels& kernels, Edge edge) {
  const WinogradConv conv(c.s, side, c.w, c.bias, c.posts, kernels);
  const auto placed = [&](const std::vector<float>& v, bool narrow) {
    std::shared_ptr<std::byte> to = guard::bytes(v.size() * (narrow ? 2 : 4), edge, 2);
    const std::vector<BF16> half = narrowed(v);
    if (narrow) std::copy(half.begin(), half.end(), view<BF16>(to.get()));
    if (!narrow) std::copy(v.begin(), v.end(), view<float>(to.get()));
    return to;
  };
  const std::size_t count = static_cast<std::size_t>(c.s.batch * c.s.out_height * c.s.out_width) *
                            static_cast<std::size_t>(c.s.outputs);
  const auto x = placed(c.x, c.s.narrow_in);
  const auto y = placed(c.adds ? c.residual : std::vector<float>(count), c.s.narrow_out);
  const auto scratch = guard::bytes(conv.scratch_bytes(), edge, 64);
  conv.run(x.get(), c.adds ? y.get() : nullptr, y.get(), scratch.get());
  std::vector<float> got;
  for (std::size_t i = 0; i < count; ++i) {
    got.push_back(c.s.narrow_out ? to_float(view<BF16>(y.get())[i]) : view<float>(y.get())[i]);
  }
  return got;
}

/// The arithmetic is that of float32 images: only the result is rounded.
TEST(Winograd, ImagesInBfloat16AreReadAndRounded) {
  Rng rng(7);
  for (const std::int64_t channels : {3, 16, 21, 40}) {
    Case c = make_case(rng, padded(9, channels, channels + 5), channels != 16, {0, 6, -1, 7});
    c.x[5] = std::numeric_limits<float>::quiet_NaN();
    widen(c.x);
    widen(c.residual);
    for (const WinogradKernels* kernels : winograd_kernels()) {
      for (const int side : {2, 4}) {
        c.s.narrow_in = c.s.narrow_out = false;
        const std::vector<float> wide = run_as(c, side, *kernels, Edge::ends);
        for (const int types : {1, 2, 3}) {
          c.s.narrow_in = (types & 1) != 0;
          c.s.narrow_out = (types & 2) != 0;
          std::vector<float> want = wide;
          if (c.s.narrow_out) widen(want);
          for (const Edge edge : {Edge::begins, Edge::ends}) {
            const std::vector<float> got = run_as(c, side, *kernels, edge);
            for (std::size_t i = 0; i < want.size(); ++i) {
              ASSERT_TRUE(got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i])))
                  << kernels->isa << " side " << side << " types " << types << " at " << i;
            }
          }
        }
      }
    }
  }
}

TEST(Winograd, ValuesThatAreNotFiniteReachTheirTile) {
  Rng rng(6);
  Case c = make_case(rng, padded(8, 4, 16), false, {0, 6, -kInf, kInf});
  c.x[0] = std::numeric_limits<float>::quiet_NaN();
  for (const WinogradKernels* kernels : winograd_kernels()) {
    const WinogradConv conv(c.s, 4, c.w, c.bias, c.posts, *kernels);
    Tensor scratch(ElementKind::u8, {static_cast<std::int64_t>(conv.scratch_bytes())});
    std::vector<float> y(8 * 8 * 16);
    conv.run(std::as_bytes(std::span(c.x)).data(), nullptr,
             std::as_writable_bytes(std::span(y)).data(), scratch.mutable_bytes().data());
    EXPECT_TRUE(std::isnan(y[0])) << kernels->isa;
    EXPECT_FALSE(std::isnan(y.back())) << kernels->isa;
  }
}

}  // namespace
}  // namespace pare
