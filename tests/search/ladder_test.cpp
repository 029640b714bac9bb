#include "search/ladder.hpp"

#include <gtest/gtest.h>

#include "compress/tiny_net.hpp"

namespace pare {
namespace {

std::vector<std::string> names(const std::vector<Candidate>& all) {
  std::vector<std::string> out;
  for (const Candidate& c : all) out.push_back(c.name);
  return out;
}

TEST(Ladder, GoesFromLeastToMostAggressive) {
  // 40 of its 392 weights are in a product: a little more than a tenth.
  const Model model = compress_test::tiny_net();
  const auto mild = mild_candidates(*model.graph);
  EXPECT_EQ(names(mild), (std::vector<std::string>{"graph only", "16-bit weights",
                                                   "weight-only int8", "dynamic int8"}));
  for (std::size_t i = 1; i < mild.size(); ++i) {
    EXPECT_LT(mild[i - 1].rung, mild[i].rung);
  }
}

TEST(Ladder, DynamicInt8IsNotForModelsOfConvolutions) {
  Model model;
  Graph& g = *model.graph;
  Rng rng(1);
  Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{1, 3, 8, 8}));
  g.add_output(compress_test::conv(g, x, {8, 3, 3, 3}, 1, rng, "first"));
  EXPECT_EQ(names(mild_candidates(g)).back(), "weight-only int8");
}

TEST(Ladder, DynamicInt8IsForModelsOfProducts) {
  Model model;
  Graph& g = *model.graph;
  Rng rng(1);
  Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{1, 16}));
  Value* w = g.add_constant(compress_test::random_tensor({16, 16}, rng, 1), "w");
  g.add_output(compress_test::one(g, "MatMul", {x, w}));
  const auto all = names(mild_candidates(g));
  EXPECT_EQ(all.back(), "dynamic int8");
}

TEST(Ladder, EveryRecipeIsValidAndKeepsItsOptions) {
  for (const Candidate& c :
       {int8_candidate("mse"), corrected_candidate("minmax", true),
        corrected_candidate("entropy", false), mixed_candidate("percentile", {"a", "b"}, 9)}) {
    EXPECT_EQ(parse_recipe(c.recipe.yaml()).yaml(), c.recipe.yaml()) << c.name;
    EXPECT_TRUE(c.recipe.needs_calibration()) << c.name;
  }
}

TEST(Ladder, FloatLayerCountsFallAndNeverTakeAllOrNone) {
  EXPECT_EQ(float_layer_counts(53), (std::vector<std::size_t>{27, 13, 5, 1}));
  EXPECT_EQ(float_layer_counts(4), (std::vector<std::size_t>{2, 1}));
  EXPECT_EQ(float_layer_counts(2), (std::vector<std::size_t>{1}));
  EXPECT_TRUE(float_layer_counts(1).empty());
}

TEST(Ladder, LowBitsComeInOrderAndWithActivationsWhenAsked) {
  ASSERT_EQ(low_bit_candidates("", false).size(), 3U);
  const auto weights = low_bit_candidates("", true);
  ASSERT_EQ(weights.size(), 4U);
  for (const Candidate& c : weights) {
    EXPECT_EQ(c.rung, Rung::low_bit_weights);
    EXPECT_EQ(c.recipe.steps.size(), 2U);
    EXPECT_EQ(parse_recipe(c.recipe.yaml()).yaml(), c.recipe.yaml());
  }
  EXPECT_EQ(weights[2].name, "int4 weights");
  EXPECT_EQ(weights[3].name, "int4 weights, block by block");
  const auto both = low_bit_candidates("mse", true);
  for (const Candidate& c : both) {
    EXPECT_EQ(c.rung, Rung::low_bit);
    EXPECT_EQ(c.recipe.steps.back().method, "quantize_activations");
    EXPECT_TRUE(c.recipe.needs_calibration());
  }
}

TEST(Ladder, TablesGoWithTheWeights) {
  for (const Candidate& c : low_bit_candidates("", true)) {
    EXPECT_EQ(with_embeddings(c).recipe.steps.back().method, "quantize_embeddings");
  }
  EXPECT_EQ(with_embeddings(int8_candidate("mse")).recipe.steps.size(), 3U);
  const Candidate half{"16-bit weights", Rung::half_storage, parse_recipe("steps: [optimize]")};
  EXPECT_EQ(with_embeddings(half).recipe.steps.size(), 1U);
}

TEST(Ladder, BlockByBlockOnlyWhereItTakesMinutes) {
  EXPECT_TRUE(reconstructs_in_minutes(41e6));    // ResNet-20
  EXPECT_FALSE(reconstructs_in_minutes(300e6));  // MobileNet v2
  EXPECT_FALSE(reconstructs_in_minutes(0));      // unknown
}

}  // namespace
}  // namespace pare
