#include "compress/layer_blocks.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace pare {
namespace {

/// Readers of values that depend on a layer: how many are left as the graph is walked.
class LiveValues {
 public:
  void add(const Value* value) {
    if (!value->uses().empty()) left_[value] = value->uses().size();
  }
  void read(const Value* value) {
    const auto it = left_.find(value);
    if (it != left_.end() && --it->second == 0) left_.erase(it);
  }
  /// The only one that is still to be read; nullptr when there are several or none.
  [[nodiscard]] const Value* only() const {
    return left_.size() == 1 ? left_.begin()->first : nullptr;
  }

 private:
  std::map<const Value*, std::size_t> left_;
};

/// Behind the last piece of a block: what it makes for others.
void find_outputs(LayerBlock& block) {
  const std::set<const Node*> inside(block.nodes.begin(), block.nodes.end());
  for (const Node* node : block.nodes) {
    for (const Value* y : node->outputs()) {
      if (y == nullptr) continue;
      const bool read_outside =
          std::any_of(y->uses().begin(), y->uses().end(),
                      [&](const Use& use) { return inside.count(use.node) == 0; });
      if (y->is_graph_output() || read_outside) block.outputs.push_back(y);
    }
  }
}

void append(LayerBlock& to, const LayerBlock& more) {
  to.nodes.insert(to.nodes.end(), more.nodes.begin(), more.nodes.end());
  to.layers.insert(to.layers.end(), more.layers.begin(), more.layers.end());
}

std::vector<LayerBlock> pieces_of(const Graph& graph, const std::set<std::string>& layers) {
  std::vector<LayerBlock> pieces(1);
  std::set<const Value*> dependent;
  LiveValues live;
  for (const Node* node : graph.nodes()) {
    const bool is_layer = layers.count(node->name()) > 0;
    bool depends = is_layer || !node->subgraphs().empty();
    for (const Value* x : node->inputs()) depends = depends || dependent.count(x) > 0;
    if (!depends) continue;
    pieces.back().nodes.push_back(node);
    if (is_layer) pieces.back().layers.push_back(node->name());
    for (const Value* x : node->inputs()) {
      if (x != nullptr) live.read(x);
    }
    for (const Value* y : node->outputs()) {
      if (y == nullptr) continue;
      dependent.insert(y);
      live.add(y);
    }
    if (live.only() != nullptr) pieces.emplace_back();
  }
  return pieces;
}

}  // namespace

std::vector<LayerBlock> layer_blocks(const Graph& graph, const std::vector<std::string>& layers,
                                     std::size_t most_layers) {
  std::vector<LayerBlock> blocks;
  for (LayerBlock& piece : pieces_of(graph, {layers.begin(), layers.end()})) {
    // What holds no layer belongs to the layers before it: their activation, say.
    const bool joins =
        !blocks.empty() &&
        (piece.layers.empty() || blocks.back().layers.size() + piece.layers.size() <= most_layers);
    if (joins) {
      append(blocks.back(), piece);
    } else if (!piece.nodes.empty()) {
      blocks.push_back(std::move(piece));
    }
  }
  for (LayerBlock& block : blocks) find_outputs(block);
  return blocks;
}

}  // namespace pare
