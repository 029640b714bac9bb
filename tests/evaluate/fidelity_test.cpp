#include "evaluate/fidelity.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace pare {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

Tensor vec(const std::vector<float>& v) {
  return Tensor::of<float>({static_cast<std::int64_t>(v.size())}, v);
}

TEST(Fidelity, OfATenthOffIsTwentyDecibel) {
  Fidelity f;
  f.add(vec({1, -1, 1, -1}), vec({1.1F, -0.9F, 0.9F, -1.1F}));
  EXPECT_NEAR(f.sqnr_db(), 20, 1e-5);
  EXPECT_NEAR(f.max_abs(), 0.1, 1e-6);
  EXPECT_EQ(f.peak(), 1);
  EXPECT_EQ(f.count(), 4);
}

TEST(Fidelity, CosineIgnoresScale) {
  Fidelity f;
  f.add(vec({3, 4}), vec({6, 8}));
  EXPECT_NEAR(f.cosine(), 1, 1e-12);
  Fidelity across;
  across.add(vec({1, 0}), vec({0, 1}));
  EXPECT_NEAR(across.cosine(), 0, 1e-12);
  Fidelity sixty;
  sixty.add(vec({1, 0}), vec({0.5F, 0.8660254F}));
  EXPECT_NEAR(sixty.cosine(), 0.5, 1e-6);
}

TEST(Fidelity, EqualIsInfinite) {
  Fidelity f;
  f.add(vec({1, 2, kInf}), vec({1, 2, kInf}));
  EXPECT_TRUE(std::isinf(f.sqnr_db()));
  EXPECT_GT(f.sqnr_db(), 0);
}

TEST(Fidelity, AccumulatesOverTensors) {
  Fidelity parts;
  parts.add(vec({1, 2}), vec({1, 2.5F}));
  parts.add(vec({3}), vec({2}));
  Fidelity whole;
  whole.add(vec({1, 2, 3}), vec({1, 2.5F, 2}));
  EXPECT_DOUBLE_EQ(parts.sqnr_db(), whole.sqnr_db());
  EXPECT_DOUBLE_EQ(parts.cosine(), whole.cosine());
  EXPECT_NEAR(parts.sqnr_db(), 10 * std::log10(14 / 1.25), 1e-9);
}

TEST(Fidelity, NanWhereTheReferenceHasNoneIsHopeless) {
  Fidelity f;
  f.add(vec({1, 2}), vec({1, std::nanf("")}));
  EXPECT_TRUE(std::isinf(f.sqnr_db()));
  EXPECT_LT(f.sqnr_db(), 0);
}

TEST(Fidelity, RefusesOtherShapesAndKnowsNothingWithoutValues) {
  Fidelity f;
  EXPECT_THROW(f.add(vec({1, 2}), vec({1})), Error);
  EXPECT_TRUE(std::isnan(f.sqnr_db()));
  EXPECT_TRUE(std::isnan(f.cosine()));
}

TEST(SameAnswers, CountsRowsWithTheirGreatestValueAtTheSamePlace) {
  const Tensor a = Tensor::of<float>({2, 3}, {1, 2, 3, 9, 8, 7});
  const Tensor b = Tensor::of<float>({2, 3}, {1, 2, 2.5F, 7, 8, 6});
  EXPECT_DOUBLE_EQ(same_answers(a, a), 1);
  EXPECT_DOUBLE_EQ(same_answers(a, b), 0.5);
  // Dimensions of one behind the classes are no rows.
  EXPECT_DOUBLE_EQ(same_answers(a.reshaped({2, 3, 1, 1}), b.reshaped({2, 3, 1, 1})), 0.5);
}

TEST(SameAnswers, ComparesSingleNumbersByTheirSizeAndIntegersExactly) {
  EXPECT_DOUBLE_EQ(same_answers(Tensor::of<float>({1}, {100}), Tensor::of<float>({1}, {99.5F})), 1);
  EXPECT_DOUBLE_EQ(same_answers(Tensor::of<float>({1}, {100}), Tensor::of<float>({1}, {90})), 0);
  const Tensor a = Tensor::of<std::int64_t>({4}, {1, 2, 3, 4});
  const Tensor b = Tensor::of<std::int64_t>({4}, {1, 2, 3, 5});
  EXPECT_DOUBLE_EQ(same_answers(a, b), 0.75);
  EXPECT_DOUBLE_EQ(same_answers(Tensor::of<float>({0}, {}), Tensor::of<float>({0}, {})), 1);
  EXPECT_THROW((void)same_answers(a, Tensor::of<float>({1}, {1})), Error);
}

TEST(Fidelity, ComparesIntegersToo) {
  Fidelity f;
  f.add(Tensor::of<std::int64_t>({2}, {10, -10}), Tensor::of<std::int64_t>({2}, {9, -10}));
  EXPECT_NEAR(f.sqnr_db(), 10 * std::log10(200.0), 1e-9);
}

}  // namespace
}  // namespace pare
