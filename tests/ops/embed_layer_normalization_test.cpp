#include "ops/quantized.hpp"

namespace pare {
namespace {

Tensor ids(Shape shape, const std::vector<std::int32_t>& values) {
  return Tensor::of<std::int32_t>(std::move(shape), values);
}

const Tensor kWords = Tensor::of<float>({3, 2}, {0, 0, 1, 5, 10, 30});
const Tensor kPositions = Tensor::of<float>({2, 2}, {1, 1, 2, 0});
const Tensor kSegments = Tensor::of<float>({2, 2}, {0, 0, 0, 4});
const Tensor kGamma = Tensor::of<float>({2}, {2, 3});
const Tensor kBeta = Tensor::of<float>({2}, {10, 20});

TEST(EmbedLayerNormalization, SumsThreeEmbeddingsAndNormalizes) {
  const auto got = run_contrib("EmbedLayerNormalization",
                               {ids({2, 2}, {1, 2, 2, 0}), ids({2, 2}, {0, 1, 0, 1}), kWords,
                                kPositions, kSegments, kGamma, kBeta, ids({2, 2}, {1, 0, 1, 1})},
                               {}, 3);
  ASSERT_EQ(got[0].shape(), (Shape{2, 2, 2}));
  expect_close(got[2], {2, 6, 12, 34, 11, 31, 2, 4}, 0);
  // every pair is mean -+ deviation: -1 and 1
  expect_close(got[0], {8, 23, 8, 23, 8, 23, 8, 23}, 1e-6F);
  EXPECT_EQ(got[1].to_ints(), (Shape{1, 2}));
}

TEST(EmbedLayerNormalization, WithoutSegmentsAndMaskButWithPositions) {
  const auto got = run_contrib("EmbedLayerNormalization",
                               {ids({2, 2}, {1, 1, 1, 1}),
                                {},
                                kWords,
                                kPositions,
                                {},
                                kGamma,
                                kBeta,
                                {},
                                ids({1, 2}, {1, 0})},
                               {}, 3);
  expect_close(got[2], {3, 5, 2, 6, 3, 5, 2, 6}, 0);
  EXPECT_EQ(got[1].to_ints(), (Shape{0, 0}));
}

TEST(EmbedLayerNormalization, IdsOutsideAndWrongShapesAreCorrupt) {
  const auto run = [](const Tensor& words, const Tensor& segments, const Tensor& table,
                      const Tensor& gamma) {
    return fault_of([&] {
      run_contrib("EmbedLayerNormalization",
                  {words, segments, kWords, kPositions, table, gamma, kBeta});
    });
  };
  const Tensor good = ids({1, 2}, {0, 1});
  EXPECT_EQ(run(ids({1, 2}, {0, 3}), good, kSegments, kGamma), Fault::corrupt);
  EXPECT_EQ(run(ids({1, 2}, {0, -1}), good, kSegments, kGamma), Fault::corrupt);
  EXPECT_EQ(run(ids({1, 3}, {0, 1, 1}), {}, {}, kGamma), Fault::corrupt);  // two positions only
  EXPECT_EQ(run(good, good, {}, kGamma), Fault::corrupt);
  EXPECT_EQ(run(good, ids({2, 1}, {0, 1}), kSegments, kGamma), Fault::corrupt);
  EXPECT_EQ(run(good, good, ramp({2, 3}), kGamma), Fault::corrupt);
  EXPECT_EQ(run(good, good, kSegments, ramp({3})), Fault::corrupt);
}

}  // namespace
}  // namespace pare
