#include "ops/ml.hpp"

namespace pare {
namespace {

/// Flattens drawn trees as version 5 wants them: inner nodes and leaves apart.
struct SplitLists {
  Ints features, yes, no, yes_leaf, no_leaf, missing, roots, targets;
  std::vector<std::uint8_t> modes;
  std::vector<double> splits, weights;

  std::pair<Int, Int> add(const DrawnTree& t) {
    if (t.mode == "LEAF") {
      targets.push_back(t.votes.at(0).first);
      weights.push_back(static_cast<double>(t.votes[0].second));
      return {static_cast<Int>(targets.size()) - 1, 1};
    }
    const Texts names = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE",
                         "BRANCH_GT",  "BRANCH_EQ", "BRANCH_NEQ"};
    const std::size_t at = modes.size();
    modes.push_back(
        static_cast<std::uint8_t>(std::find(names.begin(), names.end(), t.mode) - names.begin()));
    features.push_back(t.feature);
    splits.push_back(static_cast<double>(t.value));
    missing.push_back(t.missing_is_true ? 1 : 0);
    yes.push_back(0), no.push_back(0), yes_leaf.push_back(0), no_leaf.push_back(0);
    const auto y = add(*t.yes);
    yes[at] = y.first, yes_leaf[at] = y.second;
    const auto n = add(*t.no);
    no[at] = n.first, no_leaf[at] = n.second;
    return {static_cast<Int>(at), 0};
  }
  [[nodiscard]] Attributes attributes(ElementKind kind) const {
    const DType type = dtype_of(kind);
    const auto n = static_cast<Int>(modes.size());
    return {{"nodes_featureids", features},
            {"nodes_truenodeids", yes},
            {"nodes_falsenodeids", no},
            {"nodes_trueleafs", yes_leaf},
            {"nodes_falseleafs", no_leaf},
            {"nodes_missing_value_tracks_true", missing},
            {"nodes_modes", Tensor::of<std::uint8_t>({n}, modes)},
            {"nodes_splits", Tensor::of<double>({n}, splits).cast(type)},
            {"tree_roots", roots},
            {"leaf_targetids", targets},
            {"leaf_weights",
             Tensor::of<double>({static_cast<Int>(weights.size())}, weights).cast(type)}};
  }
};

Tensor run(const Tensor& x, const Attributes& a) { return run_ml("TreeEnsemble", {x}, a)[0]; }

TEST(TreeEnsemble, ForestsAgreeWithDrawnTrees) {
  std::mt19937 random(5);
  const std::vector<ElementKind> kinds = {ElementKind::f32, ElementKind::f64, ElementKind::f16};
  for (int round = 0; round < 60; ++round) {
    const Int columns = 1 + round % 3;
    const Int targets = 1 + round % 4;
    std::vector<std::unique_ptr<DrawnTree>> trees;
    SplitLists lists;
    for (int t = 0; t < 1 + round % 4; ++t) {
      auto tree = branch("BRANCH_LEQ", 0, 0, grow(random, round % 5, columns, targets),
                         grow(random, round % 5, columns, targets));
      lists.roots.push_back(lists.add(*tree).first);
      trees.push_back(std::move(tree));
    }
    const ElementKind kind = kinds[static_cast<std::size_t>(round) % 3];
    const Int how = round % 4;
    const Int transform = round / 4 % 4;
    Attributes a = lists.attributes(kind);
    a.emplace("n_targets", targets);
    a.emplace("aggregate_function", how);
    a.emplace("post_transform", transform);
    const auto rows = random_rows(random, 7, columns);
    const Tensor y = run(tensor_of(rows).cast(dtype_of(kind)), a);
    ASSERT_EQ(y.kind(), kind);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::vector<std::vector<double>> votes(static_cast<std::size_t>(targets));
      for (const auto& tree : trees) {
        // Version 5 has one vote per leaf.
        const auto& [target, weight] = tree->leaf(rows[i]).votes[0];
        votes[static_cast<std::size_t>(target)].push_back(static_cast<double>(weight));
      }
      std::vector<double> want;
      for (const auto& v : votes) {
        double sum = 0;
        for (const double w : v) sum += w;
        if (how == 0) sum /= static_cast<double>(trees.size());
        if (how == 2 && !v.empty()) sum = *std::min_element(v.begin(), v.end());
        if (how == 3 && !v.empty()) sum = *std::max_element(v.begin(), v.end());
        want.push_back(sum);
      }
      SCOPED_TRACE(cat(how, " ", transform));
      // Half precision keeps 11 bits.
      expect_row(y.cast(dtype_of(ElementKind::f32)), i,
                 transformed(kTransforms[static_cast<std::size_t>(transform)], want),
                 kind == ElementKind::f16 ? 1e-3 : 1e-6);
    }
  }
}

TEST(TreeEnsemble, MembersAreLookedUpInTheSetsInOrder) {
  const float nan = std::nanf("");
  // x0 <= 5 ? (x0 in {1, 0} ? leaf 0 : leaf 1) : (x0 in {9, 7, 8} ? leaf 2 : leaf 3)
  Attributes a = {{"nodes_featureids", Ints{0, 0, 0}},
                  {"nodes_truenodeids", Ints{1, 0, 2}},
                  {"nodes_falsenodeids", Ints{2, 1, 3}},
                  {"nodes_trueleafs", Ints{0, 1, 1}},
                  {"nodes_falseleafs", Ints{0, 1, 1}},
                  {"nodes_modes", Tensor::of<std::uint8_t>({3}, {0, 6, 6})},
                  {"nodes_splits", Tensor::of<float>({3}, {5, 0, 0})},
                  {"membership_values", Tensor::of<float>({7}, {1, 0, nan, 9, 7, 8, nan})},
                  {"tree_roots", Ints{0}},
                  {"n_targets", Int{2}},
                  {"leaf_targetids", Ints{0, 0, 1, 1}},
                  {"leaf_weights", Tensor::of<float>({4}, {1, 2, 3, 4})}};
  const Tensor x = Tensor::of<float>({6, 1}, {0, 1, 2, 7, 6, nan});
  expect_close(run(x, a), {1, 0, 1, 0, 2, 0, 0, 3, 0, 4, 0, 4}, 0);
  a.insert_or_assign("nodes_missing_value_tracks_true", Ints{0, 0, 1});
  expect_close(run(Tensor::of<float>({1, 1}, {nan}), a), {0, 3}, 0);
  a.insert_or_assign("membership_values", Tensor::of<float>({3}, {1, 0, nan}));
  EXPECT_EQ(fault_of([&] { run(x, a); }), Fault::corrupt);
  a.insert_or_assign("membership_values", Tensor::of<float>({4}, {1, nan, 0, 2}));
  EXPECT_EQ(fault_of([&] { run(x, a); }), Fault::corrupt);
  a.erase("membership_values");
  EXPECT_EQ(fault_of([&] { run(x, a); }), Fault::corrupt);
}

TEST(TreeEnsemble, HostileTreesEndInAnError) {
  SplitLists good;
  good.roots.push_back(
      good.add(*branch("BRANCH_LT", 0, 0,
                       branch("BRANCH_LT", 0, 1, leaf_with({{0, 1.0F}}), leaf_with({{0, 2.0F}})),
                       leaf_with({{0, 3.0F}})))
          .first);
  const Tensor x = ramp({1, 1});
  const auto refused = [&](const std::function<void(SplitLists&)>& change) {
    SplitLists bad = good;
    change(bad);
    return fault_of([&] { run(x, bad.attributes(ElementKind::f32)); });
  };
  EXPECT_NO_THROW(run(x, good.attributes(ElementKind::f32)));
  EXPECT_EQ(refused([](SplitLists& t) { t.yes[0] = 0; }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.yes[1] = 0, t.yes_leaf[1] = 0; }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.yes[1] = 3; }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.yes[1] = -1; }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.yes[0] = 2; }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.roots = {2}; }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.roots = {-1}; }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.features[1] = 1; }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.targets[0] = 1; }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.weights.pop_back(); }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.no_leaf.pop_back(); }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.modes[0] = 7; }), Fault::corrupt);
  EXPECT_EQ(refused([](SplitLists& t) { t.missing.pop_back(); }), Fault::corrupt);
  const auto with = [&](const std::string& name, Int value) {
    Attributes a = good.attributes(ElementKind::f32);
    a.emplace(name, value);
    return fault_of([&] { run(x, a); });
  };
  EXPECT_EQ(with("aggregate_function", 4), Fault::corrupt);
  EXPECT_EQ(with("post_transform", -1), Fault::corrupt);
  EXPECT_EQ(with("n_targets", 0), Fault::corrupt);
}

TEST(TreeEnsemble, BranchesMayShareWhatIsBelow) {
  // A ladder of 200 shared rungs has 2^200 paths and 201 leaves to check once.
  SplitLists lists;
  constexpr Int kRungs = 200;
  for (Int k = 0; k < kRungs; ++k) {
    const Int last = k + 1 == kRungs ? 1 : 0;
    lists.modes.push_back(0);
    lists.features.push_back(0);
    lists.splits.push_back(0);
    lists.missing.push_back(0);
    lists.yes.push_back(last == 1 ? 0 : k + 1);
    lists.no.push_back(last == 1 ? 0 : k + 1);
    lists.yes_leaf.push_back(last);
    lists.no_leaf.push_back(last);
  }
  lists.roots = {0};
  lists.targets = {0};
  lists.weights = {5};
  expect_close(run(ramp({2, 1}, -1), lists.attributes(ElementKind::f32)), {5, 5}, 0);
}

TEST(TreeEnsemble, ShapesFollowTheSamples) {
  SplitLists lists;
  lists.roots.push_back(
      lists.add(*branch("BRANCH_LT", 0, 0, leaf_with({{0, 1.0F}}), leaf_with({{0, 1.0F}}))).first);
  Attributes a = lists.attributes(ElementKind::f16);
  a.emplace("n_targets", Int{2});
  EXPECT_EQ(infer_type("TreeEnsemble", {typed(ElementKind::f16, {Dim::symbol("N"), 4})}, a, 0,
                       "ai.onnx.ml")
                .text(),
            "float16[N,2]");
}

}  // namespace
}  // namespace pare
