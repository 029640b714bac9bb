#include "kernels/depthwise/depthwise_int8.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

using guard::Edge;

constexpr float kInf = std::numeric_limits<float>::infinity();

std::string to_string(const DepthwiseSizes& s) {
  return cat("C", s.channels, " ", s.in_h, "x", s.in_w, " k", s.kernel_h, "x", s.kernel_w, " s",
             s.stride_h, "x", s.stride_w, " d", s.dilation_h, "x", s.dilation_w, " pad ", s.top,
             ",", s.left, " -> ", s.out_h, "x", s.out_w);
}

/// Sum of products of one result; `term(x index, w index)` is called for what lies in the image.
template <class Term>
void each_term(const DepthwiseSizes& s, std::int64_t index, Term term) {
  const std::int64_t c = index % s.channels;
  const std::int64_t ow = index / s.channels % s.out_w;
  const std::int64_t oh = index / s.channels / s.out_w % s.out_h;
  const std::int64_t n = index / s.channels / s.out_w / s.out_h;
  for (std::int64_t kh = 0; kh < s.kernel_h; ++kh) {
    for (std::int64_t kw = 0; kw < s.kernel_w; ++kw) {
      const std::int64_t h = oh * s.stride_h - s.top + kh * s.dilation_h;
      const std::int64_t w = ow * s.stride_w - s.left + kw * s.dilation_w;
      if (h < 0 || w < 0 || h >= s.in_h || w >= s.in_w) continue;
      term(((n * s.in_h + h) * s.in_w + w) * s.channels + c,
           (c * s.kernel_h + kh) * s.kernel_w + kw);
    }
  }
}

std::int64_t count_in(const DepthwiseSizes& s) { return s.batch * s.in_h * s.in_w * s.channels; }
std::int64_t count_out(const DepthwiseSizes& s) { return s.batch * s.out_h * s.out_w * s.channels; }

/// `n` values between guards.
template <class T>
struct Guarded {
  Guarded(std::int64_t n, Edge edge)
      : size(static_cast<std::size_t>(n)), owner(guard::bytes(size * sizeof(T), edge)) {}
  [[nodiscard]] T* data() const { return view<T>(owner.get()); }
  std::size_t size;
  std::shared_ptr<std::byte> owner;
};

double finished(double x, const DepthwisePost& post) {
  if (post.hard_swish) x *= std::clamp(x / 6 + 0.5, 0.0, 1.0);
  return std::clamp<double>(x, post.low, post.high);
}

const DepthwisePost kPosts[] = {
    {false, -kInf, kInf}, {false, 0, 6}, {true, -kInf, kInf}, {true, -0.25F, 1}};

void check_float(const DepthwiseSizes& s, Rng& rng) {
  const std::int64_t taps = s.kernel_h * s.kernel_w;
  std::vector<float> w(static_cast<std::size_t>(s.channels * taps));
  std::vector<float> bias(rng.below(2) == 0 ? 0 : static_cast<std::size_t>(s.channels));
  for (float& v : w) v = rng.normal();
  for (float& v : bias) v = rng.normal();
  const DepthwisePost& post = kPosts[rng.below(4)];
  const Edge edge = rng.below(2) == 0 ? Edge::ends : Edge::begins;
  const Guarded<float> x(count_in(s), edge);
  for (std::size_t i = 0; i < x.size; ++i) x.data()[i] = rng.normal();
  for (const DepthwiseKernels* k : depthwise_kernels()) {
    const Guarded<float> y(count_out(s), edge);
    std::fill_n(y.data(), y.size, std::nanf(""));
    Depthwise(s, w, bias, post, *k).run(x.data(), y.data());
    for (std::int64_t i = 0; i < count_out(s); ++i) {
      double sum = bias.empty() ? 0 : bias[static_cast<std::size_t>(i % s.channels)];
      double size = std::abs(sum);
      each_term(s, i, [&](std::int64_t from, std::int64_t by) {
        const double term = static_cast<double>(x.data()[from]) * w[static_cast<std::size_t>(by)];
        sum += term;
        size += std::abs(term);
      });
      // One rounding of the product and of the sum for each term; hard_swish doubles at most.
      const double most = 4 * static_cast<double>(taps + 4) * 0x1p-24 * (size + 1);
      ASSERT_NEAR(y.data()[i], finished(sum, post), most) << k->isa << " " << to_string(s);
    }
  }
}

/// Steps are powers of two: float32 holds every result before it is rounded, ties come up.
DepthwiseCodes random_codes(const DepthwiseSizes& s, Rng& rng) {
  DepthwiseCodes q;
  q.x_signed = rng.below(2) == 1;
  q.x_zero = static_cast<std::int32_t>(rng.below(256)) - (q.x_signed ? 128 : 0);
  q.post = kPosts[rng.below(4)];
  q.to_codes = rng.below(3) != 0;
  q.y_signed = rng.below(2) == 1;
  const std::int32_t least = q.y_signed ? -128 : 0;
  q.y_zero = static_cast<std::int32_t>(rng.below(256)) + least;
  q.low_code = least;
  q.high_code = least + 255;
  if (rng.below(2) == 1) {
    q.low_code += static_cast<std::int32_t>(rng.below(100));
    q.high_code -= static_cast<std::int32_t>(rng.below(100));
  }
  q.step = q.to_codes && q.post.hard_swish ? 4.0F : 1.0F;
  if (rng.below(2) == 1) q.bias.assign(static_cast<std::size_t>(s.channels), 0.0F);
  for (std::int64_t c = 0; c < s.channels; ++c)
    q.scales.push_back(rng.below(2) == 0 ? 0x1p-8F : 0x1p-7F);
  for (float& b : q.bias) b = static_cast<float>(rng.below(512)) / 16 - 16;
  return q;
}

double wanted(std::int64_t sum, std::size_t c, const DepthwiseCodes& q) {
  double v = static_cast<double>(sum) * q.scales[c] + (q.bias.empty() ? 0.0F : q.bias[c]);
  if (!q.to_codes) return finished(v, q.post);
  if (q.post.hard_swish) v *= std::clamp(v / 6 + 0.5, 0.0, 1.0) * q.step;
  const double code = std::nearbyint(v) + q.y_zero;
  const double least = q.y_signed ? -128 : 0;
  return std::clamp<double>(std::clamp(code, least, least + 255), q.low_code, q.high_code);
}

int value_of(std::byte b, bool is_signed) {
  const int v = std::to_integer<int>(b);
  return is_signed && v > 127 ? v - 256 : v;
}

void check_int8(const DepthwiseSizes& s, Rng& rng) {
  std::vector<std::int8_t> w(static_cast<std::size_t>(s.channels * s.kernel_h * s.kernel_w));
  for (auto& v : w) v = static_cast<std::int8_t>(static_cast<int>(rng.below(256)) - 128);
  const DepthwiseCodes q = random_codes(s, rng);
  const Edge edge = rng.below(2) == 0 ? Edge::ends : Edge::begins;
  const Guarded<std::byte> x(count_in(s), edge);
  for (std::size_t i = 0; i < x.size; ++i) x.data()[i] = static_cast<std::byte>(rng.below(256));
  for (const DepthwiseCodeKernels* k : depthwise_code_kernels()) {
    const Guarded<std::byte> y(count_out(s) * (q.to_codes ? 1 : 4), edge);
    DepthwiseInt8(s, w, q, *k).run(x.data(), y.data());
    for (std::int64_t i = 0; i < count_out(s); ++i) {
      std::int64_t sum = 0;
      each_term(s, i, [&](std::int64_t from, std::int64_t by) {
        sum += (value_of(x.data()[from], q.x_signed) - q.x_zero) * w[static_cast<std::size_t>(by)];
      });
      const double want = wanted(sum, static_cast<std::size_t>(i % s.channels), q);
      if (!q.to_codes) {
        const double got = view<float>(y.data())[i];
        ASSERT_NEAR(got, want, 8 * 0x1p-24 * (1 + std::abs(want))) << k->isa << to_string(s);
        continue;
      }
      // hard_swish is rounded as a float: ties may fall the other way.
      ASSERT_NEAR(value_of(y.data()[i], q.y_signed), want, q.post.hard_swish ? 1 : 0)
          << k->isa << " " << to_string(s);
    }
  }
}

/// Sizes with what comes out computed from padding on the far sides; false when that is nothing.
bool complete(DepthwiseSizes& s, std::int64_t bottom, std::int64_t right) {
  const auto out = [](std::int64_t in, std::int64_t pad, std::int64_t k, std::int64_t d,
                      std::int64_t step) {
    const std::int64_t left = in + pad - (k - 1) * d - 1;
    return left < 0 ? 0 : left / step + 1;
  };
  s.out_h = out(s.in_h, s.top + bottom, s.kernel_h, s.dilation_h, s.stride_h);
  s.out_w = out(s.in_w, s.left + right, s.kernel_w, s.dilation_w, s.stride_w);
  return s.out_h > 0 && s.out_w > 0;
}

template <class Check>
void every_small_size(Check check) {
  Rng rng(3);
  for (const std::int64_t k : {1, 2, 3, 5, 7}) {
    for (const std::int64_t stride : {1, 2, 3}) {
      for (std::int64_t width = 1; width <= 19; ++width) {
        for (std::int64_t pad = 0; pad < std::min<std::int64_t>(k, 4); ++pad) {
          DepthwiseSizes s;
          s.batch = 1 + static_cast<std::int64_t>(rng.below(2));
          s.channels = 1 + static_cast<std::int64_t>(rng.below(70));
          s.in_h = 1 + static_cast<std::int64_t>(rng.below(8));
          s.in_w = width;
          s.kernel_h = s.kernel_w = k;
          s.stride_h = s.stride_w = stride;
          s.top = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(k)));
          s.left = pad;
          if (!complete(s, static_cast<std::int64_t>(rng.below(4)), (pad + width) % 3)) continue;
          check(s, rng);
          if (testing::Test::HasFatalFailure()) return;
        }
      }
    }
  }
}

/// Oblong windows, steps and gaps, padding wider than the window.
template <class Check>
void odd_sizes(Check check) {
  Rng rng(4);
  const auto one_of = [&](std::uint64_t n) { return 1 + static_cast<std::int64_t>(rng.below(n)); };
  for (int i = 0; i < 400; ++i) {
    DepthwiseSizes s;
    s.batch = one_of(2);
    s.channels = one_of(80);
    s.in_h = one_of(12);
    s.in_w = one_of(24);
    s.kernel_h = one_of(6);
    s.kernel_w = one_of(6);
    s.stride_h = one_of(4);
    s.stride_w = one_of(4);
    s.dilation_h = one_of(3);
    s.dilation_w = one_of(3);
    s.top = one_of(6) - 1;
    s.left = one_of(6) - 1;
    if (!complete(s, one_of(6) - 1, one_of(6) - 1)) continue;
    check(s, rng);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Depthwise, FloatsOfEverySmallSizeOnEveryInstructionSet) { every_small_size(check_float); }

TEST(Depthwise, FloatsOfOddWindowsOnEveryInstructionSet) { odd_sizes(check_float); }

TEST(Depthwise, CodesOfEverySmallSizeOnEveryInstructionSet) { every_small_size(check_int8); }

TEST(Depthwise, CodesOfOddWindowsOnEveryInstructionSet) { odd_sizes(check_int8); }

/// Rows that are too long for the buffer are made in strips.
TEST(Depthwise, CodesOfLongRows) {
  Rng rng(6);
  for (const std::int64_t k : {1, 3, 5, 9}) {
    for (const std::int64_t width : {509, 513, 1100}) {
      DepthwiseSizes s;
      s.channels = 17;
      s.in_h = 4;
      s.in_w = width;
      s.kernel_h = s.kernel_w = k;
      s.top = s.left = k / 2;
      ASSERT_TRUE(complete(s, k / 2, k / 2));
      check_int8(s, rng);
    }
  }
}

TEST(Depthwise, WhatIntegersCannotHoldIsUnsupported) {
  DepthwiseSizes s;
  const std::vector<std::int8_t> w = {100};
  DepthwiseCodes q;
  q.scales = {1e6F};
  q.post = kPosts[0];
  EXPECT_THROW(DepthwiseInt8(s, w, q), Error);
  q.scales = {std::nanf("")};
  EXPECT_THROW(DepthwiseInt8(s, w, q), Error);
  s.kernel_w = s.in_w = 1000;
  q.scales = {1};
  EXPECT_THROW(DepthwiseInt8(s, std::vector<std::int8_t>(1000), q), Error);
}

TEST(Depthwise, NanStaysAndThreadsChangeNoBit) {
  DepthwiseSizes s;
  s.channels = 40;
  s.in_h = s.in_w = s.out_h = s.out_w = 29;
  s.kernel_h = s.kernel_w = 3;
  s.top = s.left = 1;
  Rng rng(5);
  std::vector<float> w(static_cast<std::size_t>(s.channels * 9));
  std::vector<float> x(static_cast<std::size_t>(count_in(s)));
  for (float& v : w) v = rng.normal();
  for (float& v : x) v = rng.normal();
  x[0] = std::nanf("");
  for (const DepthwiseKernels* k : depthwise_kernels()) {
    const Depthwise conv(s, w, {}, {true, -1, 1}, *k);
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 4}) {
      set_threads(threads);
      results.emplace_back(static_cast<std::size_t>(count_out(s)));
      conv.run(x.data(), results.back().data());
    }
    set_threads(0);
    for (const auto& r : results) {
      EXPECT_TRUE(std::equal(r.begin() + 2 * s.out_w * s.channels, r.end(),
                             results[0].begin() + 2 * s.out_w * s.channels));
      EXPECT_TRUE(std::isnan(r[0])) << k->isa;
      EXPECT_TRUE(std::isnan(r[static_cast<std::size_t>(s.channels)])) << k->isa;
    }
  }
}

}  // namespace
}  // namespace pare
