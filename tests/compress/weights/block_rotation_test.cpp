#include "compress/weights/block_rotation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

TEST(BlockRotation, IsOrthogonalInBlocksAndKeepsMeans) {
  for (const bool keeps_mean : {false, true}) {
    for (const std::int64_t block : {2, 12, 32, 40, 128}) {
      const BlockRotation q(block, keeps_mean, Rng(5));
      const std::int64_t n = 2 * block;
      std::vector<std::vector<double>> rows;
      for (std::int64_t i = 0; i < n; ++i) {
        std::vector<double> e(static_cast<std::size_t>(n), 0);
        e[i] = 1;
        q.apply(e);
        double greatest = 0;
        for (std::int64_t j = 0; j < n; ++j) {
          if (i / block != j / block) {
            ASSERT_EQ(e[j], 0);
          }
          greatest = std::max(greatest, std::abs(e[j]));
        }
        // One large channel becomes many small ones.
        if (block >= 32) {
          EXPECT_LT(greatest, 4 / std::sqrt(static_cast<double>(block)));
        }
        rows.push_back(std::move(e));
      }
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
          double dot = 0;
          for (std::int64_t k = 0; k < n; ++k) dot += rows[i][k] * rows[j][k];
          ASSERT_NEAR(dot, i == j ? 1 : 0, 1e-12) << block;
        }
        double sum = 0;  // 1 is an eigenvector from both sides
        for (std::int64_t k = 0; k < n; ++k) sum += rows[i][k];
        if (keeps_mean) {
          ASSERT_NEAR(sum, 1, 1e-12) << block;
        }
      }
    }
  }
  EXPECT_THROW(BlockRotation(6, false, Rng(1)), Error);
}

TEST(BlockRotation, TurnsTensorsAlongAnAxis) {
  const BlockRotation q(4, false, Rng(2));
  Tensor t(ElementKind::f32, {3, 8, 5});
  Rng rng(3);
  for (float& v : t.mutable_data<float>()) v = rng.normal();
  const auto x = t.data<float>();
  set_threads(1);
  const Tensor once = rotated(t, 1, q);
  set_threads(4);
  EXPECT_TRUE(identical(once, rotated(t, 1, q)));
  set_threads(0);
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t c = 0; c < 5; ++c) {
      std::vector<double> row;
      for (std::size_t b = 0; b < 8; ++b) row.push_back(double{x[(a * 8 + b) * 5 + c]});
      q.apply(row);
      for (std::size_t b = 0; b < 8; ++b) {
        EXPECT_EQ(once.data<float>()[(a * 8 + b) * 5 + c], static_cast<float>(row[b]));
      }
    }
  }
}

TEST(BlockRotation, ScalesAlongAnAxis) {
  const Tensor t = Tensor::of<float>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const std::vector<float> by = {1, 10};
  EXPECT_EQ(scaled(t, 0, by).to_floats(), (std::vector<float>{1, 2, 3, 4, 50, 60, 70, 80}));
  EXPECT_EQ(scaled(t, 1, by).to_floats(), (std::vector<float>{1, 2, 30, 40, 5, 6, 70, 80}));
  EXPECT_EQ(scaled(t, 2, by).to_floats(), (std::vector<float>{1, 20, 3, 40, 5, 60, 7, 80}));
}

}  // namespace
}  // namespace pare
