#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/kernel.hpp"

namespace pare {

/// The node alone as a unit.
Unit single_unit(const Node& node);

/// Largest unit first: float products with what follows them, ending in `last`. Empty when there
/// is nothing to fuse.
std::vector<Unit> fused_float_units(const Node& last, PlanFacts& facts);

/// Softmax attention that ends in `last`: the product with the values, or a Transpose of it.
std::vector<Unit> attention_units(const Node& last, PlanFacts& facts);

/// A group of at least two elementwise nodes that ends in `last` and hands nothing else to others.
/// `is_taken` tells which nodes are part of a product's step. Why it ends where it does goes to
/// `reasons`. Empty when there is none.
std::vector<Unit> chain_units(const Node& last, PlanFacts& facts, std::vector<std::string>& reasons,
                              const std::function<bool(const Node&)>& is_taken);
/// What the kernel of such a unit computes when its images lie in that layout.
ChainProgram chain_program(const Unit& unit, Layout layout);

/// Units that run on integers, ending in `last`: a QuantizeLinear behind something that
/// DequantizeLinear feeds, or a product of dequantized values.
std::vector<Unit> quantized_units(const Node& last, PlanFacts& facts);

/// Which activation a node is, when its parameters are constant; false otherwise.
bool activation_of(const Node& node, PlanFacts& facts, Activation& out);

/// True when both shapes are known and equal.
bool same_shape(const Value& a, const Value& b);

/// True when only one node reads the value, it is no graph output and nobody observes it.
bool is_private(const Value& value, const PlanFacts& facts);

/// What to execute for the wanted outputs, in execution order.
std::vector<Unit> select_units(Graph& graph, PlanFacts& facts);

}  // namespace pare
