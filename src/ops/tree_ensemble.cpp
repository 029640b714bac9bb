#include <algorithm>

#include "ops/_trees.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(0), SymShape{ops::sample_count(c), ops::target_count(c)});
}

std::vector<std::int64_t> list_of(const AttributeReader& a, std::string_view name,
                                  std::size_t size) {
  std::vector<std::int64_t> list = a.attr_ints(name);
  if (list.size() != size) a.fail(cat("'", name, "' has ", list.size(), " entries, want ", size));
  return list;
}

const Tensor& tensor_of(const AttributeReader& a, std::string_view name, std::size_t size) {
  const Tensor* t = a.attr_tensor(name);
  if (t == nullptr) a.fail(cat("attribute '", name, "' is missing"));
  if (t->size() != static_cast<std::int64_t>(size)) {
    a.fail(cat("'", name, "' has ", t->size(), " entries, want ", size));
  }
  return *t;
}

/// A branch; the ids are checked by Forest::check.
ops::TreeStep step(const AttributeReader& a, std::int64_t id, std::int64_t leaf) {
  if (id < 0) a.fail(cat("a branch leads to ", id));
  return {static_cast<std::size_t>(id), leaf != 0};
}

/// The sets of membership_values, each ended by NaN, sorted.
std::vector<std::vector<double>> read_sets(const AttributeReader& a) {
  std::vector<std::vector<double>> sets;
  const Tensor* values = a.attr_tensor("membership_values");
  if (values == nullptr) return sets;
  std::vector<double> set;
  for (const double v : values->to_doubles()) {
    if (!std::isnan(v)) {
      set.push_back(v);
      continue;
    }
    std::sort(set.begin(), set.end());
    sets.push_back(std::exchange(set, {}));
  }
  if (!set.empty()) a.fail("the last set of membership_values does not end in NaN");
  return sets;
}

void read_leaves(const AttributeReader& a, std::int64_t targets, ops::Forest& forest) {
  const std::vector<std::int64_t> ids = a.attr_ints("leaf_targetids");
  const std::vector<double> weights = tensor_of(a, "leaf_weights", ids.size()).to_doubles();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || ids[i] >= targets) {
      a.fail(cat("leaf_targetids ", ids[i], " is outside [0, ", targets, ")"));
    }
    forest.leaves.push_back({{static_cast<std::size_t>(ids[i]), weights[i]}});
  }
}

ops::Forest read_forest(const AttributeReader& a, std::int64_t targets) {
  const std::vector<std::int64_t> features = a.attr_ints("nodes_featureids");
  const std::size_t count = features.size();
  const auto yes = list_of(a, "nodes_truenodeids", count);
  const auto no = list_of(a, "nodes_falsenodeids", count);
  const auto yes_leaf = list_of(a, "nodes_trueleafs", count);
  const auto no_leaf = list_of(a, "nodes_falseleafs", count);
  const auto modes = tensor_of(a, "nodes_modes", count).to_ints();
  const auto splits = tensor_of(a, "nodes_splits", count).to_doubles();
  std::vector<std::int64_t> missing = a.attr_ints("nodes_missing_value_tracks_true");
  missing.resize(missing.empty() ? count : missing.size());
  if (missing.size() != count) a.fail("'nodes_missing_value_tracks_true' has another length");
  ops::Forest forest;
  forest.sets = read_sets(a);
  read_leaves(a, targets, forest);
  std::size_t next_set = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (modes[i] < 0 || modes[i] > static_cast<std::int64_t>(ops::TreeMode::member)) {
      a.fail(cat("there is no node mode ", modes[i]));
    }
    const auto mode = static_cast<ops::TreeMode>(modes[i]);
    const bool member = mode == ops::TreeMode::member;
    forest.nodes.push_back({.mode = mode,
                            .missing_is_true = missing[i] != 0,
                            .feature = features[i],
                            .split = splits[i],
                            .yes = step(a, yes[i], yes_leaf[i]),
                            .no = step(a, no[i], no_leaf[i]),
                            .set = member ? next_set++ : 0});
  }
  if (next_set != forest.sets.size()) {
    a.fail(cat(forest.sets.size(), " sets of members for ", next_set, " nodes"));
  }
  for (const std::int64_t root : a.attr_ints("tree_roots")) {
    forest.roots.push_back(step(a, root, 0));
  }
  return forest;
}

void reference(OpCall& call) {
  const std::int64_t how = call.attr_int("aggregate_function");
  if (how < 0 || how > 3) call.fail(cat("aggregate_function ", how, " is not one of 0 to 3"));
  const ops::Samples x = ops::read_samples(call);
  const std::int64_t targets = ops::target_count(call);
  const ops::Forest forest = read_forest(call, targets);
  forest.check(call, x.columns);
  const auto transform = ops::post_transform(call);
  const auto width = static_cast<std::size_t>(targets);
  std::vector<double> y;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    std::vector<double> scores =
        ops::aggregate(forest, static_cast<ops::TreeAggregate>(how), width, x.row(i));
    ops::apply(transform, scores);
    y.insert(y.end(), scores.begin(), scores.end());
  }
  call.set_output(0, ops::from_doubles(y, {x.rows, targets}, call.input(0).type()));
}

}  // namespace

/// For each target the sum (or average over the trees, least, greatest) of the weights of the
/// leaves that the trees find, transformed. Branches lead to nodes_* or, where *leafs is 1, to
/// leaf_*; mode 6 asks whether the column is in the next of the sets of membership_values. NaN goes
/// where nodes_missing_value_tracks_true says; a target that no leaf voted for is 0. Shapes:
/// X [N, F] or [F] -> Y [N, n_targets]. Errors: Fault::corrupt for trees that lead outside or back
/// into themselves. Source: ONNX (ai.onnx.ml) TreeEnsemble, version 5.
OpDefs op_tree_ensemble() {
  using enum AttributeKind;
  OpDef def = ops::ml_op("TreeEnsemble", 5);
  def.input("X", {ElementKind::f16, ElementKind::f32, ElementKind::f64})
      .output("Y", {ElementKind::f16, ElementKind::f32, ElementKind::f64});
  for (const char* name :
       {"leaf_targetids", "nodes_falseleafs", "nodes_falsenodeids", "nodes_featureids",
        "nodes_trueleafs", "nodes_truenodeids", "tree_roots"}) {
    def.required_attribute(name, integers);
  }
  for (const char* name : {"leaf_weights", "nodes_modes", "nodes_splits"}) {
    def.required_attribute(name, tensor);
  }
  return def.optional_attribute("membership_values", tensor, "sets, each ended by NaN")
      .optional_attribute("nodes_hitrates", tensor, "not used")
      .optional_attribute("nodes_missing_value_tracks_true", integers,
                          "1: NaN takes the true branch")
      .attribute("n_targets", std::int64_t{1}, "number of targets")
      .attribute("aggregate_function", std::int64_t{1}, "0 average, 1 sum, 2 least, 3 greatest")
      .attribute("post_transform", std::int64_t{0},
                 "0 none, 1 softmax, 2 logistic, 3 softmax of non-zeros, 4 probit")
      .define(infer, reference, ops::forest_cost);
}

}  // namespace pare
