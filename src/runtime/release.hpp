#pragma once

#include <unordered_set>

#include "runtime/kernel.hpp"

namespace pare {

/// Lets go of large constants of a graph as soon as nothing that is still to be planned can look at
/// them, so that weights are not in memory twice while they are packed one after the other.
class ConstantRelease {
 public:
  /// Smaller constants than `least_bytes` stay; SIZE_MAX: all do.
  ConstantRelease(const Graph& graph, PlanFacts& facts, std::size_t least_bytes);

  /// The unit has its kernel, which holds what it needs.
  void planned(const Unit& unit);

 private:
  [[nodiscard]] bool is_spent(const Node& node, int depth) const;
  [[nodiscard]] bool is_spent(const Value& value, int depth) const;
  void visit(const Node& node, int depth);

  PlanFacts& facts_;
  std::size_t least_bytes_;
  std::unordered_set<const Node*> of_constants_;  // who asks for their results sees constants
  std::unordered_set<const Node*> done_;
};

}  // namespace pare
