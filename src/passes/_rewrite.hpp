#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "ir/pass.hpp"

namespace pare::passes {

/// The node of operator `op` that makes `value`; nullptr when another or none does.
Node* made_by(const Value* value, std::string_view op);
/// The only reader of `value`, when it has exactly one and is no graph output.
Node* only_reader(const Value& value);
/// True when nothing but one node input reads `value`.
bool has_one_reader(const Value& value);

/// Sizes when the rank is known, else nullptr.
const SymShape* shape_of(const Value* value);
/// True when both shapes are known and equal in every dimension.
bool same_shape(const Value* a, const Value* b);
bool is_float(const Value* value);

/// Constant of one element whose rank cannot raise the rank of `beside` by broadcasting.
std::optional<double> scalar_beside(const Value* constant, const Value* beside);
/// Elements of an integer constant.
std::optional<std::vector<std::int64_t>> integers(const Value* constant);
/// Input i, a constant, gets other data: in its place, keeping its name, when nobody else reads it.
void set_constant_input(Node& node, std::size_t i, Tensor data);
/// All elements of a float constant equal `value`.
bool all_equal(const Tensor& data, double value);
/// |a - b| within 1e-4 of b: constants that files round.
bool near(double a, double b);

/// Numbers as a tensor of float type `type`.
Tensor tensor_of(DType type, const Shape& shape, const std::vector<double>& values);
Value* ints_constant(Graph& graph, const std::vector<std::int64_t>& values, std::string_view hint);

/// Puts a node in place of `old`: same name, metadata, output types and readers; `old` goes.
Node* replace_node(Node& old, NodeSpec spec);
/// Readers of the node's output read `value` from now on; the node goes.
void bypass(Node& node, Value* value);
/// False where bypass(node, value) would have to put an Identity in the node's place.
bool can_bypass(const Node& node, const Value& value);

/// The two inputs of a commutative node: `first` fulfils the condition. nullopt when none does.
template <class Fn>
std::optional<std::pair<Value*, Value*>> operands(const Node& node, Fn&& fulfils) {
  Value* a = node.input(0);
  Value* b = node.input(1);
  if (a == nullptr || b == nullptr) return std::nullopt;
  if (fulfils(a)) return std::make_pair(a, b);
  if (fulfils(b)) return std::make_pair(b, a);
  return std::nullopt;
}

/// A product of values and a number, taken apart through Mul and division by constants.
/// Intermediate results have one reader each.
struct Product {
  double factor = 1;
  std::vector<Value*> values;
};
std::optional<Product> product_of(Value* value);
/// The other factor of a product of exactly `x` and one more value; nullptr otherwise.
Value* other_factor(const Product& product, const Value* x);
/// For v = Add(x, c) with scalar c: x, when c is near `constant`; has_one_reader(v).
Value* plus_constant(const Value* value, double constant);

}  // namespace pare::passes
