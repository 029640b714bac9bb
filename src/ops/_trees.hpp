#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ops/_ml.hpp"

namespace pare::ops {

enum class TreeMode : std::uint8_t { leq, lt, gte, gt, eq, neq, member };

/// Where a branch leads: an inner node or a leaf.
struct TreeStep {
  std::size_t to = 0;
  bool leaf = false;
};

struct TreeNode {
  TreeMode mode = TreeMode::leq;
  bool missing_is_true = false;
  std::int64_t feature = 0;
  double split = 0;
  TreeStep yes;
  TreeStep no;
  std::size_t set = 0;  ///< of mode member: which of the sets
};

/// What a leaf adds to one target.
struct TreeVote {
  std::size_t target = 0;
  double weight = 0;
};

/// Decision trees over the columns of a row. NaN goes where `missing_is_true` says; all other
/// values are compared exactly.
class Forest {
 public:
  std::vector<TreeNode> nodes;
  std::vector<TreeStep> roots;
  std::vector<std::vector<double>> sets;      ///< sorted
  std::vector<std::vector<TreeVote>> leaves;  ///< votes of each leaf

  /// Fault::corrupt (by a.fail) when a step leads outside or back to where it came from, or a node
  /// asks for a column outside [0, columns). Linear in the number of nodes, and afterwards no walk
  /// is longer than that.
  void check(const AttributeReader& a, std::int64_t columns) const;
  /// The leaf that one tree finds for a row.
  [[nodiscard]] std::size_t leaf_of(TreeStep root, std::span<const double> row) const;

 private:
  void check_step(const AttributeReader& a, const TreeStep& step) const;
  void check_acyclic(const AttributeReader& a) const;
};

/// The trees of TreeEnsembleClassifier and TreeEnsembleRegressor: nodes_* and the votes in
/// <prefix>_ids, _nodeids, _treeids and _weights. Fault::corrupt for lists of unequal length, ids
/// that occur twice, branches to nowhere and votes outside [0, targets).
Forest read_forest(const AttributeReader& a, std::string_view prefix, std::int64_t targets);
/// Floats of attribute `name`, or doubles of `name`_as_tensor; {} when neither is given.
std::vector<double> weights_of(const AttributeReader& a, std::string_view name);

/// Adds the attributes of nodes_*, base_values and <prefix>_*.
OpDef& forest_attributes(OpDef& def, const std::string& prefix);

/// Bounds what a few bytes can make a model ask for.
inline constexpr std::int64_t kMostTargets = 1 << 20;
/// Attribute n_targets. Fault::corrupt outside [1, kMostTargets].
std::int64_t target_count(const AttributeReader& a);

enum class TreeAggregate : std::uint8_t { average, sum, min, max };

/// Aggregated votes for each target of one row; targets without votes get 0.
std::vector<double> aggregate(const Forest& forest, TreeAggregate how, std::size_t targets,
                              std::span<const double> row);

/// About one comparison per level of each tree and sample.
Cost forest_cost(const ShapeContext& c);

}  // namespace pare::ops
