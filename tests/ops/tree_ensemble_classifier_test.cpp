#include "ops/ml.hpp"

namespace pare {
namespace {

std::vector<Tensor> run(const Attributes& trees, const Tensor& x, Attributes more) {
  Attributes all = trees;
  for (auto& [name, value] : more) all.insert_or_assign(name, std::move(value));
  return run_ml("TreeEnsembleClassifier", {x}, all, 2);
}

TEST(TreeEnsembleClassifier, ForestsAgreeWithDrawnTrees) {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    const Int columns = 1 + round % 3;
    const Int classes = 3 + round % 3;
    std::vector<std::unique_ptr<DrawnTree>> trees;
    TreeLists lists("class");
    for (int t = 0; t < 1 + round % 6; ++t) {
      trees.push_back(grow(random, round % 5, columns, classes));
      lists.add(*trees.back());
    }
    const auto rows = random_rows(random, 8, columns);
    const std::string transform = kTransforms[static_cast<std::size_t>(round) % 4];
    Ints labels;
    Texts names;
    Floats base;
    for (Int k = 0; k < classes; ++k) {
      labels.push_back(100 - 7 * k);
      names.push_back(cat("class ", k));
      base.push_back(static_cast<float>(k * k) / 16);
    }
    Attributes more = {{"post_transform", transform}, {"base_values", base}};
    if (round % 2 == 0) {
      more.emplace("classlabels_int64s", labels);
    } else {
      more.emplace("classlabels_strings", names);
    }
    const auto made = run(lists.attributes(), tensor_of(rows), more);
    ASSERT_EQ(made[0].shape(), (Shape{8}));
    ASSERT_EQ(made[1].shape(), (Shape{8, classes}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::vector<double> sums(base.begin(), base.end());
      for (const auto& tree : trees) {
        for (const auto& [k, w] : tree->leaf(rows[i]).votes) {
          sums[static_cast<std::size_t>(k)] += static_cast<double>(w);
        }
      }
      const auto best =
          static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin());
      if (round % 2 == 0) {
        EXPECT_EQ(made[0].data<Int>()[i], labels[best]);
      } else {
        EXPECT_EQ(made[0].data<std::string>()[i], names[best]);
      }
      SCOPED_TRACE(transform);
      expect_row(made[1], i, transformed(transform, sums));
    }
  }
}

/// One column; the leaf's weight is the column's place in `weights`.
TreeLists stairs(const Floats& weights, Int class_id) {
  auto tree = leaf_with({{class_id, weights.back()}});
  for (std::size_t i = weights.size() - 1; i-- > 0;) {
    tree = branch("BRANCH_LEQ", 0, static_cast<float>(i), leaf_with({{class_id, weights[i]}}),
                  std::move(tree));
  }
  TreeLists lists("class");
  lists.add(*tree);
  return lists;
}

TEST(TreeEnsembleClassifier, OneMarginDecidesBetweenTwoClasses) {
  // As XGBoost and LightGBM are exported: every vote is for one class, some are negative.
  for (const Int voted : {0, 1}) {
    const Attributes trees = stairs({-1.5F, 0.0F, 2.0F}, voted).attributes();
    const Tensor x = Tensor::of<float>({3, 1}, {0, 1, 2});
    const auto plain = run(trees, x, {{"classlabels_int64s", Ints{3, 8}}});
    EXPECT_EQ(plain[0].to_ints(), (Ints{3, 3, 8}));
    expect_close(plain[1], {1.5F, -1.5F, 0, 0, -2, 2}, 0);
    const auto logistic = run(trees, x,
                              {{"classlabels_strings", Texts{"no", "yes"}},
                               {"base_values", Floats{0.5F}},
                               {"post_transform", std::string("LOGISTIC")}});
    EXPECT_EQ(texts_in(logistic[0]), (Texts{"no", "yes", "yes"}));
    for (std::size_t i = 0; i < 3; ++i) {
      const double s = std::vector<double>{-1, 0.5, 2.5}[i];
      expect_row(logistic[1], i, {1 / (1 + std::exp(s)), 1 / (1 + std::exp(-s))});
    }
    const auto softmax = run(trees, x,
                             {{"classlabels_int64s", Ints{0, 1}},
                              {"base_values", Floats{9, 0.5F}},
                              {"post_transform", std::string("SOFTMAX")}});
    expect_row(softmax[1], 0, transformed("SOFTMAX", {1, -1}));
    const auto zero =
        run(trees, x,
            {{"classlabels_int64s", Ints{0, 1}}, {"post_transform", std::string("SOFTMAX_ZERO")}});
    expect_row(zero[1], 1, {0.5, 0.5});
    expect_row(zero[1], 2, transformed("SOFTMAX", {-2, 2}));
  }
}

TEST(TreeEnsembleClassifier, OneProbabilityDecidesBetweenTwoClasses) {
  const Attributes trees = stairs({0.25F, 0.5F, 0.75F}, 0).attributes();
  const Tensor x = Tensor::of<float>({3, 1}, {0, 1, 2});
  const auto plain = run(trees, x, {{"classlabels_int64s", Ints{0, 1}}});
  EXPECT_EQ(plain[0].to_ints(), (Ints{0, 0, 1}));
  expect_close(plain[1], {0.75F, 0.25F, 0.5F, 0.5F, 0.25F, 0.75F}, 0);
  const auto probit = run(
      trees, x, {{"classlabels_int64s", Ints{0, 1}}, {"post_transform", std::string("PROBIT")}});
  expect_row(probit[1], 2, {normal_quantile(0.25), normal_quantile(0.75)}, 4e-3);
}

TEST(TreeEnsembleClassifier, TwoClassesThatBothHaveVotesAreComparedAsMany) {
  TreeLists lists("class");
  lists.add(*branch("BRANCH_LT", 0, 1, leaf_with({{0, 0.9F}, {1, 0.1F}}),
                    leaf_with({{0, 0.2F}, {1, 0.8F}})));
  const auto made = run(lists.attributes(), Tensor::of<float>({2, 1}, {0, 5}),
                        {{"classlabels_strings", Texts{"a", "b"}}});
  EXPECT_EQ(texts_in(made[0]), (Texts{"a", "b"}));
  expect_close(made[1], {0.9F, 0.1F, 0.2F, 0.8F}, 0);
}

TEST(TreeEnsembleClassifier, ASingleClassWinsOrNothingDoes) {
  const Tensor x = Tensor::of<float>({2, 1}, {0, 1});
  const auto margin = run(stairs({-1, 1}, 0).attributes(), x, {{"classlabels_int64s", Ints{7}}});
  EXPECT_EQ(margin[0].to_ints(), (Ints{0, 7}));
  expect_close(margin[1], {-1, 1}, 0);
  const auto share =
      run(stairs({0.25F, 0.75F}, 0).attributes(), x, {{"classlabels_strings", Texts{"it"}}});
  EXPECT_EQ(texts_in(share[0]), (Texts{"", "it"}));
}

TEST(TreeEnsembleClassifier, LabelsAndBaseValuesMustFit) {
  const Attributes trees = stairs({1, 2}, 1).attributes();
  const Tensor x = ramp({1, 1});
  const auto refused = [&](const Attributes& more) {
    return fault_of([&] { run(trees, x, more); });
  };
  EXPECT_EQ(refused({}), Fault::corrupt);
  EXPECT_EQ(refused({{"classlabels_int64s", Ints{1}}}), Fault::corrupt);  // class 1 of one
  EXPECT_EQ(refused({{"classlabels_int64s", Ints{1, 2}}, {"classlabels_strings", Texts{"a", "b"}}}),
            Fault::corrupt);
  EXPECT_EQ(refused({{"classlabels_int64s", Ints{1, 2, 3}}, {"base_values", Floats{1, 2}}}),
            Fault::corrupt);
}

TEST(TreeEnsembleClassifier, ShapesFollowSamplesAndLabels) {
  Attributes a = stairs({1, 2}, 1).attributes();
  a.emplace("classlabels_strings", Texts{"a", "b", "c"});
  const std::vector<ValueType> x = {typed(ElementKind::f64, {Dim::symbol("N"), 4})};
  EXPECT_EQ(infer_type("TreeEnsembleClassifier", x, a, 0, "ai.onnx.ml").text(), "string[N]");
  EXPECT_EQ(infer_type("TreeEnsembleClassifier", x, a, 1, "ai.onnx.ml").text(), "float32[N,3]");
}

}  // namespace
}  // namespace pare
