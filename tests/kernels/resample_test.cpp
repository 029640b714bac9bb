#include "kernels/resample/resample.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "base/rng.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

/// A matrix [in, out] in which every output has at most `taps` weights.
std::vector<double> sparse(std::int64_t in, std::int64_t out, int taps, Rng& rng) {
  std::vector<double> m(static_cast<std::size_t>(in * out), 0.0);
  for (std::int64_t i = 0; i < out; ++i) {
    for (int k = 0; k < taps; ++k) {
      const auto row = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(in)));
      m.at(static_cast<std::size_t>(row * out + i)) = rng.uniform() - 0.5;
    }
  }
  return m;
}

struct Sizes {
  std::int64_t outer, h, w, inner, out_h, out_w;
  int taps;
};

void expect_product(const Sizes& s, Rng& rng) {
  const auto rows = sparse(s.h, s.out_h, s.taps, rng);
  const auto columns = sparse(s.w, s.out_w, s.taps, rng);
  std::vector<float> x(static_cast<std::size_t>(s.outer * s.h * s.w * s.inner));
  for (float& v : x) v = static_cast<float>(rng.uniform());
  std::vector<float> y(static_cast<std::size_t>(s.outer * s.out_h * s.out_w * s.inner), -99.0F);
  Resample(s.outer, s.inner, ResampleTaps::from_matrix(rows, s.h, s.out_h),
           ResampleTaps::from_matrix(columns, s.w, s.out_w))
      .run(x.data(), y.data());
  std::size_t at = 0;
  for (std::int64_t o = 0; o < s.outer; ++o) {
    for (std::int64_t p = 0; p < s.out_h; ++p) {
      for (std::int64_t q = 0; q < s.out_w; ++q) {
        for (std::int64_t i = 0; i < s.inner; ++i) {
          double want = 0;
          for (std::int64_t h = 0; h < s.h; ++h) {
            for (std::int64_t w = 0; w < s.w; ++w) {
              want += rows.at(static_cast<std::size_t>(h * s.out_h + p)) *
                      columns.at(static_cast<std::size_t>(w * s.out_w + q)) *
                      static_cast<double>(
                          x.at(static_cast<std::size_t>(((o * s.h + h) * s.w + w) * s.inner + i)));
            }
          }
          ASSERT_NEAR(static_cast<double>(y.at(at++)), want, 2e-6);  // some 16 ulp of 1
        }
      }
    }
  }
}

TEST(Resample, IsTheProductWithBothMatrices) {
  Rng rng(7);
  for (const Sizes& s :
       {Sizes{1, 1, 5, 1, 1, 9, 2}, Sizes{3, 6, 7, 1, 11, 4, 2}, Sizes{2, 5, 6, 3, 10, 12, 2},
        Sizes{1, 9, 8, 5, 3, 3, 6}, Sizes{1, 2, 300, 64, 3, 7, 4}}) {
    expect_product(s, rng);
  }
}

TEST(Resample, OutputsWithoutWeightsAreZeroAndIdentityCopies) {
  const std::vector<float> x = {1, 2, 3};
  std::vector<float> y(3, -1.0F);
  const auto one = ResampleTaps::from_matrix({1.0}, 1, 1);
  Resample(1, 1, one, ResampleTaps::from_matrix(std::vector<double>(9, 0.0), 3, 3))
      .run(x.data(), y.data());
  EXPECT_EQ(y, (std::vector<float>{0, 0, 0}));
  Resample(1, 1, one, ResampleTaps::from_matrix({1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 3))
      .run(x.data(), y.data());
  EXPECT_EQ(y, x);
}

}  // namespace
}  // namespace pare
