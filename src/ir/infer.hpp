#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "ir/op.hpp"

namespace pare {

/// Infers types and shapes of every value, with symbolic sizes and propagation of values through
/// shape arithmetic. Sets Value::type where something is learnt; what an operator
/// says wins over what a file claimed. Impossible shapes are Fault::corrupt naming the node.
/// Unknown operators leave their outputs as they are. Returns what is known of each value.
std::unordered_map<const Value*, ValueFacts> infer_shapes(Graph& graph, const OpRegistry& ops);

/// As infer_shapes for one node whose inputs are known: for graphs that grow at their end.
void infer_node(Node& node, const OpRegistry& ops,
                std::unordered_map<const Value*, ValueFacts>& facts);

/// As infer_shapes on a copy in which graph inputs have the given concrete shapes (by name).
void bind_input_shapes(Graph& graph, const std::map<std::string, Shape>& shapes);

/// Facts of every value -> cost of a node. Nodes without cost function or with unknown shapes
/// cost nothing and are counted in `unknown` when given.
Cost node_cost(const Node& node, const OpRegistry& ops,
               const std::unordered_map<const Value*, ValueFacts>& facts, bool* known = nullptr);

/// Checks the rules every graph must keep: order, unique names, uses and producers agree, schema
/// of known operators (counts, element types, attributes). Returns one message per broken rule.
std::vector<std::string> verify(const Graph& graph, const OpRegistry& ops);

/// Every operator in the graph (bodies included) that the registry lacks: "Foo (com.acme): node
/// 'a', node 'b'". Empty = all supported.
std::vector<std::string> unsupported_operators(const Graph& graph, const OpRegistry& ops);

}  // namespace pare
