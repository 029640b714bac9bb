#pragma once

#include <string>
#include <vector>

#include "ir/graph.hpp"

namespace pare {

/// Consecutive nodes of a graph with one way in for what depends on layers before them: a residual
/// block, or a few layers in a row.
struct LayerBlock {
  std::vector<const Node*> nodes;     ///< in execution order
  std::vector<const Value*> outputs;  ///< what later nodes, or the outputs of the graph, read
  std::vector<std::string> layers;    ///< those of the named layers that are in it
};

/// Cuts a graph at the values through which everything that depends on the named layers flows, and
/// joins neighbouring pieces as long as they hold at most `most_layers` layers together (a piece
/// that cannot be cut may hold more). Nodes that depend on no layer are in no block.
std::vector<LayerBlock> layer_blocks(const Graph& graph, const std::vector<std::string>& layers,
                                     std::size_t most_layers);

}  // namespace pare
