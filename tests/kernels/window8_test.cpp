#include "kernels/window8/window8.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "base/threads.hpp"
#include "support/guard.hpp"

namespace pare {
namespace {

using guard::Edge;

struct Case {
  WindowSizes8 s;
  WindowAffine a;
  std::vector<std::byte> x;  // as WindowSizes8::planes says
  std::vector<std::int8_t> w;
};

/// Codes of all sizes in and out.
Case make_case(Rng& rng, const WindowSizes8& s, bool plain) {
  Case c{s, {}, {}, {}};
  const std::int64_t area = s.kernel_height * s.kernel_width;
  for (std::int64_t i = 0; i < s.batch * s.channels * s.height * s.width; ++i) {
    c.x.push_back(static_cast<std::byte>(rng.below(256)));
  }
  for (std::int64_t i = 0; i < s.outputs * s.channels * area; ++i) {
    c.w.push_back(static_cast<std::int8_t>(static_cast<int>(rng.below(256)) - 128));
  }
  c.a.x_signed = rng.below(2) == 1;
  c.a.y_signed = rng.below(2) == 1;
  c.a.x_zero = static_cast<std::int32_t>(rng.below(256)) - (c.a.x_signed ? 128 : 0);
  c.a.y_zero = plain ? 0 : static_cast<std::int32_t>(rng.below(256)) - (c.a.y_signed ? 128 : 0);
  c.a.low = plain ? -INFINITY : -40.5F;
  c.a.high = plain ? INFINITY : 70.25F;
  const auto terms = static_cast<float>(s.channels * area);
  for (std::int64_t o = 0; o < s.outputs; ++o) {
    const float bias = static_cast<float>(rng.below(20000)) - 10000;
    c.a.bias.push_back(plain ? bias : bias + static_cast<float>(rng.uniform()));
    c.a.scale.push_back((0.5F + static_cast<float>(rng.uniform())) / (90 * std::sqrt(terms)));
  }
  return c;
}

int code_at(const Case& c, std::int64_t n, std::int64_t k, std::int64_t row, std::int64_t column) {
  const WindowSizes8& s = c.s;
  if (row < 0 || row >= s.height || column < 0 || column >= s.width) return c.a.x_zero;
  const std::int64_t at = s.planes ? ((n * s.channels + k) * s.height + row) * s.width + column
                                   : ((n * s.height + row) * s.width + column) * s.channels + k;
  const int code = std::to_integer<int>(c.x[static_cast<std::size_t>(at)]);
  return c.a.x_signed && code > 127 ? code - 256 : code;
}

/// One result by the definition, in the order of float operations that is promised.
std::byte result_at(const Case& c, std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t o) {
  const WindowSizes8& s = c.s;
  std::int64_t sum = 0;
  std::size_t i = static_cast<std::size_t>(o * s.channels * s.kernel_height * s.kernel_width);
  for (std::int64_t k = 0; k < s.channels; ++k) {
    for (std::int64_t r = 0; r < s.kernel_height; ++r) {
      for (std::int64_t q = 0; q < s.kernel_width; ++q, ++i) {
        const int code =
            code_at(c, n, k, y * s.stride_down - s.top + r, x * s.stride_across - s.left + q);
        sum += (code - c.a.x_zero) * c.w[i];
      }
    }
  }
  const auto at = static_cast<std::size_t>(o);
  float value = (static_cast<float>(sum) + c.a.bias[at]) * c.a.scale[at];
  value = std::min(std::max(value, c.a.low), c.a.high);
  const float least = c.a.y_signed ? -128.0F : 0.0F;
  value = std::nearbyint(std::clamp(value + static_cast<float>(c.a.y_zero), least, least + 255.0F));
  return static_cast<std::byte>(static_cast<int>(value) & 255);
}

void expect_codes(const Case& c) {
  const WindowSizes8& s = c.s;
  std::vector<std::byte> want;
  for (std::int64_t i = 0; i < s.batch * s.out_height * s.out_width; ++i) {
    for (std::int64_t o = 0; o < s.outputs; ++o) {
      want.push_back(result_at(c, i / (s.out_height * s.out_width), i / s.out_width % s.out_height,
                               i % s.out_width, o));
    }
  }
  for (const WindowKernels* kernels : window_kernels()) {
    for (const Edge edge : {Edge::ends, Edge::begins}) {
      for (const int threads : {1, 3}) {
        set_threads(threads);
        const WindowConv conv(s, c.w, c.a, *kernels);
        const auto x = guard::bytes(c.x.size(), edge);
        std::copy(c.x.begin(), c.x.end(), x.get());
        const auto y = guard::bytes(want.size(), edge);
        const auto scratch = guard::bytes(conv.scratch_bytes(), edge, 64);
        conv.run(x.get(), y.get(), scratch.get());
        set_threads(0);
        for (std::size_t i = 0; i < want.size(); ++i) {
          ASSERT_EQ(std::to_integer<int>(y.get()[i]), std::to_integer<int>(want[i]))
              << kernels->isa << " channels " << s.channels << " to " << s.outputs << " at " << i;
        }
      }
    }
  }
}

TEST(Window8, PixelsOfEveryCountOfChannels) {
  Rng rng(1);
  for (const std::int64_t channels : {4, 8, 16, 28, 96, 200}) {
    for (const std::int64_t outputs : {1, 15, 16, 17, 32, 33, 48, 63, 64, 65, 96, 130}) {
      for (const bool plain : {false, true}) {
        WindowSizes8 s;
        s.channels = channels;
        s.outputs = outputs;
        s.height = s.out_height = 3;
        s.width = s.out_width = 7;
        expect_codes(make_case(rng, s, plain));
        if (HasFailure()) return;
      }
    }
  }
}

TEST(Window8, PlanesUnderEveryWindow) {
  Rng rng(2);
  for (const std::int64_t channels : {1, 2, 3, 4}) {
    for (const std::int64_t kernel : {1, 2, 3, 4, 5, 7}) {
      for (const std::int64_t stride : {1, 2, 3}) {
        for (const std::int64_t pad : {0, 1, 3}) {
          WindowSizes8 s{2,      channels,         13,     9,      20 + kernel, 0,   0,
                         kernel, kernel + pad % 2, stride, stride, pad,         pad, true};
          s.out_height = (s.height + 2 * pad - s.kernel_height) / stride + 1;
          s.out_width = (s.width + 2 * pad - s.kernel_width) / stride + 1;
          expect_codes(make_case(rng, s, stride == 2));
          if (HasFailure()) return;
        }
      }
    }
  }
}

TEST(Window8, ManyRowsOfResults) {
  Rng rng(3);
  const WindowSizes8 s{1, 3, 70, 31, 16, 35, 16, 3, 3, 2, 2, 1, 1, true};
  expect_codes(make_case(rng, s, true));
}

TEST(Window8, RefusesWhatItCannotDo) {
  Rng rng(4);
  WindowSizes8 s;
  s.channels = 6;
  const Case odd = make_case(rng, s, true);
  EXPECT_THROW(WindowConv(odd.s, odd.w, odd.a), Error);
  s.channels = 32000;
  const Case many = make_case(rng, s, true);
  EXPECT_THROW(WindowConv(many.s, many.w, many.a), Error);
}

}  // namespace
}  // namespace pare
