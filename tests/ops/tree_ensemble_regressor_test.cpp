#include "ops/ml.hpp"

namespace pare {
namespace {

Tensor run(const TreeLists& lists, const Tensor& x, Attributes more = {}) {
  Attributes all = lists.attributes();
  for (auto& [name, value] : more) all.insert_or_assign(name, std::move(value));
  return run_ml("TreeEnsembleRegressor", {x}, all)[0];
}

TEST(TreeEnsembleRegressor, EveryModeComparesByItsName) {
  const float nan = std::nanf("");
  const Tensor x = Tensor::of<float>({4, 1}, {1, 2, 3, nan});
  const std::vector<std::pair<std::string, Floats>> cases = {
      {"BRANCH_LEQ", {10, 10, 20, 20}}, {"BRANCH_LT", {10, 20, 20, 20}},
      {"BRANCH_GTE", {20, 10, 10, 20}}, {"BRANCH_GT", {20, 20, 10, 20}},
      {"BRANCH_EQ", {20, 10, 20, 20}},  {"BRANCH_NEQ", {10, 20, 10, 20}}};
  for (const auto& [mode, want] : cases) {
    SCOPED_TRACE(mode);
    auto tree = branch(mode, 0, 2, leaf_with({{0, 10.0F}}), leaf_with({{0, 20.0F}}));
    TreeLists lists("target");
    lists.add(*tree);
    expect_close(run(lists, x), want, 0);
    lists.missing = {1, 0, 0};
    Floats tracked = want;
    tracked[3] = 10;
    expect_close(run(lists, x), tracked, 0);
    Attributes none = lists.attributes();
    none.erase("nodes_missing_value_tracks_true");
    expect_close(run_ml("TreeEnsembleRegressor", {x}, none)[0], want, 0);
  }
}

TEST(TreeEnsembleRegressor, ForestsAgreeWithDrawnTrees) {
  std::mt19937 random(7);
  const Texts aggregates = {"SUM", "AVERAGE", "MIN", "MAX"};
  for (int round = 0; round < 60; ++round) {
    const Int columns = 1 + round % 4;
    const Int targets = 1 + round % 3;
    std::vector<std::unique_ptr<DrawnTree>> trees;
    TreeLists lists("target");
    for (int t = 0; t < 1 + round % 5; ++t) {
      trees.push_back(grow(random, round % 6, columns, targets));
      lists.add(*trees.back());
    }
    const auto rows = random_rows(random, 9, columns);
    const std::string how = aggregates[static_cast<std::size_t>(round) % 4];
    const std::string transform = kTransforms[static_cast<std::size_t>(round / 4) % 4];
    Floats base;
    if (round % 2 == 0) {
      for (Int k = 0; k < targets; ++k) base.push_back(static_cast<float>(k) + 0.5F);
    }
    const Tensor y = run(lists, tensor_of(rows),
                         {{"n_targets", targets},
                          {"aggregate_function", how},
                          {"base_values", base},
                          {"post_transform", transform}});
    ASSERT_EQ(y.shape(), (Shape{9, targets}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::vector<std::vector<double>> votes(static_cast<std::size_t>(targets));
      for (const auto& tree : trees) {
        for (const auto& [target, weight] : tree->leaf(rows[i]).votes) {
          votes[static_cast<std::size_t>(target)].push_back(static_cast<double>(weight));
        }
      }
      std::vector<double> want;
      for (std::size_t k = 0; k < votes.size(); ++k) {
        double v = 0;
        for (const double w : votes[k]) v += w;
        if (how == "AVERAGE") v /= static_cast<double>(trees.size());
        if (how == "MIN" && !votes[k].empty())
          v = *std::min_element(votes[k].begin(), votes[k].end());
        if (how == "MAX" && !votes[k].empty())
          v = *std::max_element(votes[k].begin(), votes[k].end());
        want.push_back(v + (base.empty() ? 0 : static_cast<double>(base[k])));
      }
      SCOPED_TRACE(cat(round, " ", how, " ", transform));
      expect_row(y, i, transformed(transform, want));
    }
  }
}

TEST(TreeEnsembleRegressor, ProbitIsTheNormalQuantile) {
  for (const float p : {0.001F, 0.2F, 0.5F, 0.7F, 0.999F}) {
    TreeLists lists("target");
    lists.add(*leaf_with({{0, p}}));
    const Tensor y = run(lists, ramp({1, 1}), {{"post_transform", std::string("PROBIT")}});
    expect_row(y, 0, {normal_quantile(static_cast<double>(p))}, 4e-3);
  }
  const auto end = [](float p) {
    TreeLists lists("target");
    lists.add(*leaf_with({{0, p}}));
    return run(lists, ramp({1, 1}), {{"post_transform", std::string("PROBIT")}}).to_floats()[0];
  };
  EXPECT_EQ(end(1), std::numeric_limits<float>::infinity());
  EXPECT_EQ(end(0), -std::numeric_limits<float>::infinity());
}

TEST(TreeEnsembleRegressor, DoublesOfVersion3AreKeptExactly) {
  const double split = 1.0 + 1e-12;
  TreeLists lists("target");
  lists.add(*branch("BRANCH_LT", 0, 0, leaf_with({{0, 0.0F}}), leaf_with({{0, 0.0F}})));
  Attributes all = lists.attributes();
  all.erase("nodes_values");
  all.erase("target_weights");
  all.emplace("nodes_values_as_tensor", Tensor::of<double>({3}, {split, 0, 0}));
  all.emplace("nodes_hitrates_as_tensor", Tensor::of<double>({3}, {1, 1, 1}));
  all.emplace("target_weights_as_tensor", Tensor::of<double>({2}, {3, 4}));
  all.emplace("base_values_as_tensor", Tensor::of<double>({1}, {0.25}));
  const Tensor x = Tensor::of<double>({2, 1}, {1.0, split});
  expect_close(run_ml("TreeEnsembleRegressor", {x}, all)[0], {3.25F, 4.25F}, 0);
}

TEST(TreeEnsembleRegressor, EveryInputTypeAndOneRow) {
  TreeLists lists("target");
  lists.add(*branch("BRANCH_GT", 1, 2, leaf_with({{0, 1.0F}}), leaf_with({{0, 2.0F}})));
  const Attributes a = lists.attributes();
  expect_close(run_ml("TreeEnsembleRegressor", {Tensor::of<Int>({1, 2}, {0, 3})}, a)[0], {1}, 0);
  expect_close(run_ml("TreeEnsembleRegressor", {Tensor::of<std::int32_t>({1, 2}, {9, 2})}, a)[0],
               {2}, 0);
  expect_close(run_ml("TreeEnsembleRegressor", {Tensor::of<float>({2}, {0, 2.5F})}, a)[0], {1}, 0);
}

TEST(TreeEnsembleRegressor, NodesMayStandInAnyOrder) {
  // The tree 5 of nodes 40 (root), 10 and 30, mixed with tree 2 of one leaf.
  const Attributes a = {{"nodes_treeids", Ints{5, 2, 5, 5}},
                        {"nodes_nodeids", Ints{40, 0, 30, 10}},
                        {"nodes_featureids", Ints{0, 0, 0, 0}},
                        {"nodes_truenodeids", Ints{10, 0, 0, 0}},
                        {"nodes_falsenodeids", Ints{30, 0, 0, 0}},
                        {"nodes_modes", Texts{"BRANCH_LT", "LEAF", "LEAF", "LEAF"}},
                        {"nodes_values", Floats{5, 0, 0, 0}},
                        {"target_treeids", Ints{2, 5, 5}},
                        {"target_nodeids", Ints{0, 10, 30}},
                        {"target_ids", Ints{0, 0, 0}},
                        {"target_weights", Floats{100, 1, 2}}};
  expect_close(run_ml("TreeEnsembleRegressor", {Tensor::of<float>({2, 1}, {4, 6})}, a)[0],
               {101, 102}, 0);
}

TEST(TreeEnsembleRegressor, HostileTreesEndInAnError) {
  TreeLists good("target");
  good.add(*branch("BRANCH_LEQ", 0, 0,
                   branch("BRANCH_LEQ", 0, 0, leaf_with({{0, 1.0F}}), leaf_with({{0, 2.0F}})),
                   leaf_with({{0, 3.0F}})));
  const Tensor x = ramp({2, 1});
  const auto refused = [&](const std::function<void(TreeLists&)>& change, Attributes more = {}) {
    TreeLists bad = good;
    change(bad);
    return fault_of([&] { run(bad, x, more); });
  };
  EXPECT_NO_THROW(run(good, x));
  EXPECT_EQ(refused([](TreeLists& t) { t.yes[1] = 0; }), Fault::corrupt);  // back to the root
  EXPECT_EQ(refused([](TreeLists& t) { t.no[0] = 0; }), Fault::corrupt);   // to itself
  EXPECT_EQ(refused([](TreeLists& t) { t.no[0] = 99; }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.no[0] = -1; }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.features[0] = 1; }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.features[0] = -1; }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.ids[1] = 0; }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.modes[0] = "BRANCH"; }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.modes.pop_back(); }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.values.pop_back(); }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.features.pop_back(); }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.missing.pop_back(); }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.vote_ids[0] = 1; }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.vote_ids[0] = -1; }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.vote_nodes[0] = 77; }), Fault::corrupt);
  EXPECT_EQ(refused([](TreeLists& t) { t.weights.pop_back(); }), Fault::corrupt);
  const auto same = [](TreeLists&) {};
  EXPECT_EQ(refused(same, {{"n_targets", Int{0}}}), Fault::corrupt);
  EXPECT_EQ(refused(same, {{"n_targets", Int{1} << 60}}), Fault::corrupt);
  EXPECT_EQ(refused(same, {{"aggregate_function", std::string("MEDIAN")}}), Fault::corrupt);
  EXPECT_EQ(refused(same, {{"post_transform", std::string("RELU")}}), Fault::corrupt);
  EXPECT_EQ(refused(same, {{"base_values", Floats{1, 2}}}), Fault::corrupt);
}

TEST(TreeEnsembleRegressor, AChainOfAMillionNodesNeedsNoDeepStack) {
  // Node k goes on to k + 1 while x > k; odd ids are the leaves.
  constexpr Int kDepth = 500'000;
  TreeLists lists("target");
  for (Int k = 0; k < 2 * kDepth + 1; ++k) {
    const bool leaf = k % 2 == 1 || k == 2 * kDepth;
    lists.trees.push_back(0);
    lists.ids.push_back(k);
    lists.features.push_back(0);
    lists.missing.push_back(0);
    lists.values.push_back(static_cast<float>(k / 2));
    lists.modes.emplace_back(leaf ? "LEAF" : "BRANCH_GT");
    lists.yes.push_back(leaf ? 0 : k + 2);
    lists.no.push_back(leaf ? 0 : k + 1);
    if (!leaf) continue;
    lists.vote_trees.push_back(0);
    lists.vote_nodes.push_back(k);
    lists.vote_ids.push_back(0);
    lists.weights.push_back(static_cast<float>(k / 2));
  }
  expect_close(run(lists, Tensor::of<float>({3, 1}, {-1, 1000, 1e9F})), {0, 1000, kDepth}, 0);
}

TEST(TreeEnsembleRegressor, ShapesFollowTheSamples) {
  TreeLists lists("target");
  lists.add(*leaf_with({{0, 1.0F}}));
  Attributes a = lists.attributes();
  a.emplace("n_targets", Int{3});
  const auto shape = infer_op("TreeEnsembleRegressor",
                              {typed(ElementKind::f32, {Dim::symbol("N"), 4})}, a, 0, "ai.onnx.ml");
  EXPECT_EQ(to_string(shape), "[N,3]");
}

}  // namespace
}  // namespace pare
