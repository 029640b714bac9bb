#pragma once

#include <memory>
#include <vector>

#include "ir/graph.hpp"

namespace pare {

/// Part of a graph as a graph of its own. Constants from outside are copied (sharing their bytes);
/// every other value from outside that the part reads is an input.
struct Extract {
  std::unique_ptr<Graph> graph;
  std::vector<const Value*> captured;  ///< what to feed to the last inputs, in their order
};

/// A body of control flow: inputs are the body's, then the captured values; outputs the body's.
Extract extract_body(const Graph& body);

/// Nodes of one graph, in execution order: inputs are the captured values, outputs are `wanted`,
/// each made by one of the nodes. Values keep their names.
Extract extract_nodes(const std::vector<const Node*>& nodes,
                      const std::vector<const Value*>& wanted);

}  // namespace pare
