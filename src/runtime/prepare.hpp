#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "ir/infer.hpp"
#include "ir/op.hpp"

namespace pare {

/// A copy of a graph made ready for planning.
struct PlanGraph {
  std::unique_ptr<Graph> graph;
  std::unordered_map<const Value*, ValueFacts> facts;
  std::unordered_set<const Node*> bf16;  ///< products that may round their inputs to bfloat16
  /// Constants of at least so many bytes go as soon as kernels have packed them; SIZE_MAX: none do,
  /// as somebody else reads this graph.
  std::size_t release_from = SIZE_MAX;
};

/// Binds the input shapes of `graph`, infers all others and folds what does not depend on
/// inputs. DequantizeLinear of constants stays (the planner may run it as integers), and so does
/// everything whose result is named in `keep`. Errors: Fault::corrupt when shapes contradict.
/// `widen` runs 16-bit float graphs in float32 and formats without kernels as rounded float32 (see
/// widen_halves and simulate_formats).
PlanGraph prepare_graph(std::unique_ptr<Graph> graph, const OpRegistry& ops,
                        const std::map<std::string, Shape>& shapes,
                        const std::unordered_set<std::string>& keep, bool widen = true);

/// Values of the graph `outer` that the bodies of `node` read directly.
std::vector<const Value*> captured_values(const Node& node, const Graph& outer);

}  // namespace pare
