#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ir/builder.hpp"

namespace pare {

/// The nodes that lie between some values and others that are made from them, in execution order.
struct Way {
  std::vector<Node*> nodes;
  std::unordered_set<const Value*> depends;  ///< on the values at the start
};

/// Among `nodes` (in execution order) those between `from` and `to`. What nodes read inside their
/// bodies counts. Values that carry no gradient end a way.
Way way_between(const std::vector<Node*>& nodes, const std::vector<Value*>& from,
                const std::vector<Value*>& to);
/// Labels of the nodes whose operator has no gradient.
std::vector<std::string> without_gradient(const Way& way, const OpRegistry& ops);

/// Walks a way backwards, adding up what flows into each value.
class Backward {
 public:
  Backward(GraphBuilder& build, const OpRegistry& ops) : build_(build), ops_(ops) {}

  void flow_into(const Value* v, Value* gradient) { parts_[v].push_back(gradient); }
  /// The sum of all that flows into v; nullptr when nothing does.
  Value* total(const Value* v);
  /// Every node of the way must have a gradient.
  void run(const Way& way);

 private:
  void through(const Node& node, const Way& way);

  GraphBuilder& build_;
  const OpRegistry& ops_;
  std::unordered_map<const Value*, std::vector<Value*>> parts_;
};

}  // namespace pare
