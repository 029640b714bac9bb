#pragma once

// What the tests of ai.onnx.ml share.

#include <cmath>
#include <functional>
#include <memory>
#include <random>

#include "ops/op_test.hpp"

namespace pare {

using Floats = std::vector<float>;
using Texts = std::vector<std::string>;

inline std::vector<Tensor> run_ml(const std::string& op, const std::vector<Tensor>& inputs,
                                  const Attributes& attributes = {}, std::size_t outputs = 1) {
  return run_op(op, inputs, attributes, outputs, "ai.onnx.ml");
}

/// As run_ml for values that are no tensors. `types` of the inputs.
inline RuntimeValue run_ml_value(const std::string& op, const std::vector<ValueType>& types,
                                 std::vector<RuntimeValue> inputs, const Attributes& attributes) {
  OneNode one(op, types, attributes, 1, "ai.onnx.ml");
  const auto broken = verify(one.graph, op_registry());
  EXPECT_TRUE(broken.empty()) << broken.front();
  infer_shapes(one.graph, op_registry());
  return interpret_values(one.graph, op_registry(), std::move(inputs)).at(0);
}

inline ValueType map_type(ElementKind key, ElementKind value) {
  ValueType type(dtype_of(value));
  type.kind = ValueType::Kind::map;
  type.key = dtype_of(key);
  type.element = std::make_shared<const ValueType>(dtype_of(value), SymShape{});
  return type;
}

inline Tensor texts(const Texts& values) {
  return Tensor::of<std::string>({static_cast<Int>(values.size())}, values);
}
inline Tensor numbers(const Ints& values) {
  return Tensor::of<Int>({static_cast<Int>(values.size())}, values);
}
inline Texts texts_in(const Tensor& t) {
  const auto data = t.data<std::string>();
  return {data.begin(), data.end()};
}

/// A tree as people draw it. A leaf has votes, an inner node two children.
struct DrawnTree {
  std::string mode = "LEAF";
  Int feature = 0;
  float value = 0;
  bool missing_is_true = false;
  std::vector<std::pair<Int, float>> votes;
  std::unique_ptr<DrawnTree> yes;
  std::unique_ptr<DrawnTree> no;

  [[nodiscard]] const DrawnTree& leaf(const std::vector<double>& x) const {
    if (mode == "LEAF") return *this;
    const double a = x[static_cast<std::size_t>(feature)];
    const auto b = static_cast<double>(value);
    bool to_yes = missing_is_true;
    if (!std::isnan(a)) {
      to_yes = (mode == "BRANCH_LEQ" && a <= b) || (mode == "BRANCH_LT" && a < b) ||
               (mode == "BRANCH_GTE" && a >= b) || (mode == "BRANCH_GT" && a > b) ||
               (mode == "BRANCH_EQ" && a == b) || (mode == "BRANCH_NEQ" && a != b);
    }
    return (to_yes ? yes : no)->leaf(x);
  }
};

/// The same as lists of nodes and votes.
struct TreeLists {
  std::string prefix;
  Ints trees, ids, features, yes, no, missing;
  Texts modes;
  Floats values;
  Ints vote_trees, vote_nodes, vote_ids;
  Floats weights;
  Int next_tree = 0;

  explicit TreeLists(std::string p) : prefix(std::move(p)) {}
  Int add(const DrawnTree& t, Int tree, Int& next) {
    const Int id = next++;
    const std::size_t at = ids.size();
    trees.push_back(tree);
    ids.push_back(id);
    features.push_back(t.feature);
    values.push_back(t.value);
    missing.push_back(t.missing_is_true ? 1 : 0);
    modes.push_back(t.mode);
    yes.push_back(0);
    no.push_back(0);
    for (const auto& [target, weight] : t.votes) {
      vote_trees.push_back(tree);
      vote_nodes.push_back(id);
      vote_ids.push_back(target);
      weights.push_back(weight);
    }
    if (t.yes) yes[at] = add(*t.yes, tree, next);
    if (t.no) no[at] = add(*t.no, tree, next);
    return id;
  }
  void add(const DrawnTree& t) {
    Int next = 0;
    add(t, next_tree++, next);
  }
  [[nodiscard]] Attributes attributes() const {
    return {{"nodes_treeids", trees},
            {"nodes_nodeids", ids},
            {"nodes_featureids", features},
            {"nodes_truenodeids", yes},
            {"nodes_falsenodeids", no},
            {"nodes_missing_value_tracks_true", missing},
            {"nodes_modes", modes},
            {"nodes_values", values},
            {prefix + "_treeids", vote_trees},
            {prefix + "_nodeids", vote_nodes},
            {prefix + "_ids", vote_ids},
            {prefix + "_weights", weights}};
  }
};

inline std::unique_ptr<DrawnTree> leaf_with(std::vector<std::pair<Int, float>> votes) {
  auto t = std::make_unique<DrawnTree>();
  t->votes = std::move(votes);
  return t;
}

inline std::unique_ptr<DrawnTree> branch(std::string mode, Int feature, float value,
                                         std::unique_ptr<DrawnTree> yes,
                                         std::unique_ptr<DrawnTree> no) {
  auto t = std::make_unique<DrawnTree>();
  t->mode = std::move(mode);
  t->feature = feature;
  t->value = value;
  t->yes = std::move(yes);
  t->no = std::move(no);
  return t;
}

/// A tree with up to 2^depth leaves that vote for one or two of `targets`; small whole numbers, so
/// that values and thresholds often are equal.
inline std::unique_ptr<DrawnTree> grow(std::mt19937& random, int depth, Int columns, Int targets) {
  const auto below = [&](std::uint32_t n) { return static_cast<Int>(random() % n); };
  const auto weight = [&] { return static_cast<float>(below(64) - 24) / 8; };
  if (depth == 0 || below(5) == 0) {
    auto t = leaf_with({{below(static_cast<std::uint32_t>(targets)), weight()}});
    if (below(3) == 0) t->votes.emplace_back(below(static_cast<std::uint32_t>(targets)), weight());
    return t;
  }
  const Texts modes = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE",
                       "BRANCH_GT",  "BRANCH_EQ", "BRANCH_NEQ"};
  auto t =
      branch(modes[static_cast<std::size_t>(below(6))], below(static_cast<std::uint32_t>(columns)),
             static_cast<float>(below(7) - 3), grow(random, depth - 1, columns, targets),
             grow(random, depth - 1, columns, targets));
  t->missing_is_true = below(2) == 1;
  return t;
}

/// Rows of small whole numbers with some NaN.
inline std::vector<std::vector<double>> random_rows(std::mt19937& random, int rows, Int columns) {
  std::vector<std::vector<double>> out;
  for (int i = 0; i < rows; ++i) {
    out.emplace_back();
    for (Int j = 0; j < columns; ++j) {
      const auto r = static_cast<int>(random() % 8);
      out.back().push_back(r == 7 ? std::nan("") : r - 3);
    }
  }
  return out;
}

inline Tensor tensor_of(const std::vector<std::vector<double>>& rows) {
  Floats all;
  for (const auto& row : rows) {
    for (const double v : row) all.push_back(static_cast<float>(v));
  }
  return Tensor::of<float>({static_cast<Int>(rows.size()), static_cast<Int>(rows.at(0).size())},
                           all);
}

/// Inverse of p = (1 + erf(z / sqrt 2)) / 2 by bisection.
inline double normal_quantile(double p) {
  double low = -40, high = 40;
  for (int i = 0; i < 200; ++i) {
    const double z = (low + high) / 2;
    ((1 + std::erf(z / std::sqrt(2.0))) / 2 < p ? low : high) = z;
  }
  return low;
}

/// The transforms of scores by their words, plainly. (PROBIT exactly: compare with 0.4 %.)
inline std::vector<double> transformed(const std::string& how, std::vector<double> s) {
  if (how == "LOGISTIC") {
    for (double& v : s) v = 1 / (1 + std::exp(-v));
  } else if (how == "PROBIT") {
    for (double& v : s) v = normal_quantile(v);
  } else if (how == "SOFTMAX" || how == "SOFTMAX_ZERO") {
    double sum = 0;
    for (double& v : s) sum += v = how == "SOFTMAX_ZERO" && v == 0 ? 0 : std::exp(v);
    for (double& v : s) v = sum == 0 ? 0.5 : v / sum;
  }
  return s;
}

inline const Texts kTransforms = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"};

inline void expect_row(const Tensor& got, std::size_t row, const std::vector<double>& want,
                       double tolerance = 1e-6) {
  const auto data = got.data<float>();
  ASSERT_GE(data.size(), (row + 1) * want.size());
  for (std::size_t k = 0; k < want.size(); ++k) {
    EXPECT_NEAR(static_cast<double>(data[row * want.size() + k]), want[k],
                tolerance * (1 + std::abs(want[k])))
        << "row " << row << " column " << k;
  }
}

}  // namespace pare
