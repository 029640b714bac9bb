#include "ops/_trees.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace pare::ops {
namespace {

using NodeKey = std::pair<std::int64_t, std::int64_t>;  // tree, node

constexpr std::array<std::string_view, 7> kModes = {
    "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "LEAF"};
constexpr std::size_t kLeafMode = 6;

/// Finds positions by tree and node id: a sorted list.
class NodeIndex {
 public:
  NodeIndex(const AttributeReader& a, const std::vector<std::int64_t>& trees,
            const std::vector<std::int64_t>& nodes) {
    entries_.reserve(trees.size());
    for (std::size_t i = 0; i < trees.size(); ++i) entries_.push_back({{trees[i], nodes[i]}, i});
    if (!std::is_sorted(entries_.begin(), entries_.end())) {
      std::sort(entries_.begin(), entries_.end());
    }
    for (std::size_t i = 1; i < entries_.size(); ++i) {
      if (entries_[i].first == entries_[i - 1].first) {
        a.fail(cat("node ", entries_[i].first.second, " of tree ", entries_[i].first.first,
                   " is there twice"));
      }
    }
  }
  [[nodiscard]] std::size_t find(const AttributeReader& a, NodeKey key) const {
    const auto at =
        std::lower_bound(entries_.begin(), entries_.end(), std::pair(key, std::size_t{}));
    if (at == entries_.end() || at->first != key) {
      a.fail(cat("tree ", key.first, " has no node ", key.second));
    }
    return at->second;
  }

 private:
  std::vector<std::pair<NodeKey, std::size_t>> entries_;
};

/// An integer list that must have `size` entries, or (when `optional`) none.
std::vector<std::int64_t> list_of(const AttributeReader& a, std::string_view name, std::size_t size,
                                  bool optional = false) {
  std::vector<std::int64_t> list = a.attr_ints(name);
  if (list.size() != size && !(optional && list.empty())) {
    a.fail(cat("'", name, "' has ", list.size(), " entries, want ", size));
  }
  return list;
}

/// Modes of the nodes as positions in kModes.
std::vector<std::size_t> read_modes(const AttributeReader& a, std::size_t size) {
  const std::vector<std::string> words = a.attr_strings("nodes_modes");
  if (words.size() != size) {
    a.fail(cat("'nodes_modes' has ", words.size(), " entries, want ", size));
  }
  std::vector<std::size_t> modes;
  for (const std::string& word : words) {
    const auto found = std::find(kModes.begin(), kModes.end(), word);
    if (found == kModes.end()) a.fail(cat("there is no node mode '", word, "'"));
    modes.push_back(static_cast<std::size_t>(found - kModes.begin()));
  }
  return modes;
}

/// Gives the leaves their votes; votes on inner nodes mean nothing.
void read_votes(const AttributeReader& a, std::string_view prefix, std::int64_t targets,
                const NodeIndex& index, const std::vector<TreeStep>& steps, Forest& forest) {
  const std::vector<std::int64_t> ids = a.attr_ints(cat(prefix, "_ids"));
  const auto nodes = list_of(a, cat(prefix, "_nodeids"), ids.size());
  const auto trees = list_of(a, cat(prefix, "_treeids"), ids.size());
  const auto weights = weights_of(a, cat(prefix, "_weights"));
  if (weights.size() != ids.size()) a.fail(cat("want ", ids.size(), " weights of ", prefix));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || ids[i] >= targets) {
      a.fail(cat(prefix, " id ", ids[i], " is outside [0, ", targets, ")"));
    }
    const TreeStep& step = steps[index.find(a, {trees[i], nodes[i]})];
    if (!step.leaf) continue;
    forest.leaves[step.to].push_back({static_cast<std::size_t>(ids[i]), weights[i]});
  }
}

bool holds(const TreeNode& node, const std::vector<std::vector<double>>& sets, double x) {
  if (std::isnan(x)) return node.missing_is_true;
  switch (node.mode) {
    case TreeMode::leq: return x <= node.split;
    case TreeMode::lt: return x < node.split;
    case TreeMode::gte: return x >= node.split;
    case TreeMode::gt: return x > node.split;
    case TreeMode::eq: return x == node.split;
    case TreeMode::neq: return x != node.split;
    case TreeMode::member: {
      const std::vector<double>& set = sets[node.set];
      return std::binary_search(set.begin(), set.end(), x);
    }
  }
  return false;
}

}  // namespace

std::vector<double> weights_of(const AttributeReader& a, std::string_view name) {
  const Tensor* exact = a.attr_tensor(cat(name, "_as_tensor"));
  const std::vector<float> floats = a.attr_floats(name);
  if (exact == nullptr || exact->empty()) return {floats.begin(), floats.end()};
  if (!floats.empty()) a.fail(cat("'", name, "' is given as floats and as a tensor"));
  return exact->to_doubles();
}

std::int64_t target_count(const AttributeReader& a) {
  const std::int64_t targets = a.attr_int("n_targets");
  if (targets < 1 || targets > kMostTargets) {
    a.fail(cat("n_targets ", targets, " is outside [1, ", kMostTargets, "]"));
  }
  return targets;
}

Forest read_forest(const AttributeReader& a, std::string_view prefix, std::int64_t targets) {
  const std::vector<std::int64_t> trees = a.attr_ints("nodes_treeids");
  const std::size_t count = trees.size();
  const auto ids = list_of(a, "nodes_nodeids", count);
  const auto features = list_of(a, "nodes_featureids", count);
  const auto yes = list_of(a, "nodes_truenodeids", count);
  const auto no = list_of(a, "nodes_falsenodeids", count);
  const auto missing = list_of(a, "nodes_missing_value_tracks_true", count, true);
  const std::vector<std::size_t> modes = read_modes(a, count);
  const std::vector<double> splits = weights_of(a, "nodes_values");
  if (splits.size() != count) a.fail(cat("'nodes_values' has ", splits.size(), " entries"));
  const NodeIndex index(a, trees, ids);
  Forest forest;
  std::vector<TreeStep> steps(count);
  for (std::size_t i = 0; i < count; ++i) {
    const bool leaf = modes[i] == kLeafMode;
    std::size_t& next = steps[i].to;
    next = leaf ? forest.leaves.size() : forest.nodes.size();
    steps[i].leaf = leaf;
    if (leaf) {
      forest.leaves.emplace_back();
    } else {
      forest.nodes.emplace_back();
    }
  }
  std::set<std::int64_t> rooted;
  for (std::size_t i = 0; i < count; ++i) {
    // The first node of a tree is its root. (Trees mostly lie together: ask the set only then.)
    if ((i == 0 || trees[i] != trees[i - 1]) && rooted.insert(trees[i]).second) {
      forest.roots.push_back(steps[i]);
    }
    if (steps[i].leaf) continue;
    forest.nodes[steps[i].to] = {.mode = static_cast<TreeMode>(modes[i]),
                                 .missing_is_true = !missing.empty() && missing[i] != 0,
                                 .feature = features[i],
                                 .split = splits[i],
                                 .yes = steps[index.find(a, {trees[i], yes[i]})],
                                 .no = steps[index.find(a, {trees[i], no[i]})]};
  }
  read_votes(a, prefix, targets, index, steps, forest);
  return forest;
}

OpDef& forest_attributes(OpDef& def, const std::string& prefix) {
  using enum AttributeKind;
  for (const std::string& name : {std::string("base_values"), std::string("nodes_values"),
                                  std::string("nodes_hitrates"), prefix + "_weights"}) {
    def.optional_attribute(name, reals).optional_attribute(name + "_as_tensor", tensor);
  }
  for (const std::string& name :
       {std::string("nodes_treeids"), std::string("nodes_nodeids"), std::string("nodes_featureids"),
        std::string("nodes_truenodeids"), std::string("nodes_falsenodeids"),
        std::string("nodes_missing_value_tracks_true"), prefix + "_ids", prefix + "_nodeids",
        prefix + "_treeids"}) {
    def.optional_attribute(name, integers);
  }
  return def.optional_attribute("nodes_modes", texts, "BRANCH_LEQ, _LT, _GTE, _GT, _EQ, _NEQ, LEAF")
      .attribute("post_transform", std::string("NONE"),
                 "NONE, SOFTMAX, LOGISTIC, SOFTMAX_ZERO or PROBIT");
}

void Forest::check_step(const AttributeReader& a, const TreeStep& step) const {
  if (step.to >= (step.leaf ? leaves.size() : nodes.size())) {
    a.fail(
        cat("a branch leads to ", step.leaf ? "leaf " : "node ", step.to, ", which is not there"));
  }
}

void Forest::check(const AttributeReader& a, std::int64_t columns) const {
  for (const TreeStep& root : roots) check_step(a, root);
  for (const TreeNode& node : nodes) {
    check_step(a, node.yes);
    check_step(a, node.no);
    if (node.feature < 0 || node.feature >= columns) {
      a.fail(cat("a node asks for column ", node.feature, " of ", columns));
    }
  }
  check_acyclic(a);
}

void Forest::check_acyclic(const AttributeReader& a) const {
  enum class State : std::uint8_t { fresh, open, done };
  std::vector<State> states(nodes.size(), State::fresh);
  std::vector<std::size_t> path;
  const auto enter = [&](const TreeStep& step) {
    if (step.leaf || states[step.to] == State::done) return;
    if (states[step.to] == State::open) a.fail("a tree leads back into itself");
    states[step.to] = State::open;
    path.push_back(step.to);
  };
  std::vector<std::uint8_t> tried(nodes.size(), 0);
  for (std::size_t start = 0; start < nodes.size(); ++start) {
    if (states[start] != State::fresh) continue;
    enter({start, false});
    while (!path.empty()) {
      const std::size_t at = path.back();
      switch (tried[at]++) {
        case 0: enter(nodes[at].yes); break;
        case 1: enter(nodes[at].no); break;
        default: states[at] = State::done; path.pop_back();
      }
    }
  }
}

std::size_t Forest::leaf_of(TreeStep step, std::span<const double> row) const {
  while (!step.leaf) {
    const TreeNode& node = nodes[step.to];
    step = holds(node, sets, row[static_cast<std::size_t>(node.feature)]) ? node.yes : node.no;
  }
  return step.to;
}

std::vector<double> aggregate(const Forest& forest, TreeAggregate how, std::size_t targets,
                              std::span<const double> row) {
  std::vector<double> sums(targets, 0.0);
  std::vector<bool> voted(targets, false);
  for (const TreeStep& root : forest.roots) {
    for (const TreeVote& vote : forest.leaves[forest.leaf_of(root, row)]) {
      double& sum = sums[vote.target];
      if (!voted[vote.target]) {
        sum = vote.weight;
      } else if (how == TreeAggregate::min) {
        sum = std::min(sum, vote.weight);
      } else if (how == TreeAggregate::max) {
        sum = std::max(sum, vote.weight);
      } else {
        sum += vote.weight;
      }
      voted[vote.target] = true;
    }
  }
  if (how == TreeAggregate::average && !forest.roots.empty()) {
    for (double& sum : sums) sum /= static_cast<double>(forest.roots.size());
  }
  return sums;
}

Cost forest_cost(const ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  if (x == nullptr || x->empty() || !x->front().is_number()) return {};
  std::vector<std::int64_t> ids = c.attr_ints("nodes_treeids");
  if (ids.empty()) ids = c.attr_ints("tree_roots");
  const auto nodes = static_cast<double>(c.attr_ints("nodes_featureids").size());
  std::sort(ids.begin(), ids.end());
  const auto trees = static_cast<double>(std::unique(ids.begin(), ids.end()) - ids.begin());
  const double depth = std::log2(1 + nodes / std::max(1.0, trees));
  const double rows = x->size() == 1 ? 1 : static_cast<double>(x->front().number());
  return {.flops = rows * trees * depth, .bytes = traffic_bytes(c)};
}

}  // namespace pare::ops
