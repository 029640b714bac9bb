#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "ir/op.hpp"

namespace pare {

/// Adds nodes at the end of a graph. The types of their outputs are inferred at once, and small
/// integer tensors (shape arithmetic) are followed, so that what is known statically stays so.
/// Nothing here needs known sizes; where they are known, sizes become constants instead of nodes.
class GraphBuilder {
 public:
  using Facts = std::unordered_map<const Value*, ValueFacts>;

  /// `facts` as infer_shapes returns them; they grow with the graph.
  GraphBuilder(Graph& graph, const OpRegistry& ops, Facts& facts)
      : graph_(&graph), ops_(&ops), facts_(&facts) {}

  [[nodiscard]] Graph& graph() const noexcept { return *graph_; }
  /// Name of the nodes added from now on; "" = none.
  void name_nodes(std::string name) { node_name_ = std::move(name); }

  Value* op(std::string name, std::vector<Value*> inputs, Attributes attributes = {},
            std::string domain = {});
  std::vector<Value*> outputs_of(std::string name, std::vector<Value*> inputs,
                                 Attributes attributes, std::size_t outputs,
                                 std::string domain = {});

  // --- arithmetic with broadcasting
  Value* add(Value* a, Value* b) { return op("Add", {a, b}); }
  Value* sub(Value* a, Value* b) { return op("Sub", {a, b}); }
  Value* mul(Value* a, Value* b) { return op("Mul", {a, b}); }
  Value* div(Value* a, Value* b) { return op("Div", {a, b}); }
  Value* neg(Value* a) { return op("Neg", {a}); }
  Value* exp(Value* a) { return op("Exp", {a}); }
  Value* square(Value* a) { return mul(a, a); }
  Value* matmul(Value* a, Value* b) { return op("MatMul", {a, b}); }
  Value* less(Value* a, Value* b) { return op("Less", {a, b}); }
  Value* greater(Value* a, Value* b) { return op("Greater", {a, b}); }
  Value* equal(Value* a, Value* b) { return op("Equal", {a, b}); }
  Value* where(Value* mask, Value* a, Value* b) { return op("Where", {mask, a, b}); }
  /// With a number of the element type of the other operand. A factor or summand that changes
  /// nothing adds no node.
  Value* add(Value* a, double b);
  Value* mul(Value* a, double b);
  Value* greater(Value* a, double b) { return greater(a, number(b, a)); }
  Value* less(Value* a, double b) { return less(a, number(b, a)); }
  Value* equal(Value* a, double b) { return equal(a, number(b, a)); }
  /// mask ? a : 0, and mask ? 0 : a.
  Value* where_or_zero(Value* mask, Value* a) { return where(mask, a, number(0, a)); }
  Value* zero_where(Value* mask, Value* a) { return where(mask, number(0, a), a); }
  /// Converted to the element type of `like`; `a` itself when it has that type.
  Value* cast_like(Value* a, Value* like);

  // --- constants
  /// A scalar of the element type of `like`. Fault::unsupported when that is not known.
  Value* number(double value, Value* like);
  /// int64 [N].
  Value* ints(const std::vector<std::int64_t>& values);

  // --- sums
  /// Over the given axes, none of which = nothing; `keep`: they stay with size 1.
  Value* sum(Value* a, const std::vector<std::int64_t>& axes, bool keep = true);
  Value* mean(Value* a, const std::vector<std::int64_t>& axes, bool keep = true);
  /// Over everything: a scalar.
  Value* sum_all(Value* a);
  /// How many elements the axes (empty = all) span, as a scalar of the element type of `a`.
  Value* count(Value* a, const std::vector<std::int64_t>& axes = {});
  /// The transpose of broadcasting: sums `a` over all positions that read the same element of a
  /// value of the shape of `like`. Shapes: a = broadcast of like -> as like.
  Value* sum_to(Value* a, Value* like);

  // --- shapes
  /// int64 [rank]: a constant when all sizes are known.
  Value* shape_of(Value* a);
  /// int64 [1]: the size along one axis in [-rank, rank).
  Value* size_of(Value* a, std::int64_t axis);
  Value* reshape(Value* a, Value* shape);
  Value* reshape(Value* a, const std::vector<std::int64_t>& shape);
  Value* reshape_like(Value* a, Value* like) { return reshape(a, shape_of(like)); }
  Value* expand_like(Value* a, Value* like);
  Value* zeros_like(Value* a);
  /// Flattened: [N].
  Value* flat(Value* a) { return op("Reshape", {a, ints({-1})}); }
  Value* unsqueeze(Value* a, const std::vector<std::int64_t>& axes);
  Value* transpose(Value* a, const std::vector<std::int64_t>& order);
  /// The last two dimensions swapped.
  Value* transpose_last(Value* a);
  /// Fault::unsupported naming the value when its rank is not known.
  [[nodiscard]] std::size_t rank(const Value* a) const;

 private:
  Value* sum_to_by_sizes(Value* a, Value* like);

  Graph* graph_;
  const OpRegistry* ops_;
  Facts* facts_;
  std::string node_name_;
};

}  // namespace pare
