// The same attributes with another meaning: broadcasting of operator set 6, Softmax over rows.

#include "formats/onnx/upgrade.hpp"

namespace pare::onnx::up {
namespace {

/// True when all sizes are known and there is one element.
bool has_one_element(const Value* value) {
  const auto shape = value->known_shape();
  return shape && element_count(*shape) == 1;
}

/// The rank of `value` as an int64 vector of one element.
Value* rank_at_run_time(Rewriter& r, Value* value) {
  if (const auto rank = r.types().rank(value)) {
    return r.ints({static_cast<std::int64_t>(*rank)}, "rank");
  }
  return r.add("Shape", {r.add("Shape", {value})});
}

/// `b` with so many dimensions of size 1 behind its own that they begin at `axis` of `a` when both
/// are aligned at the end. nullopt when they do not fit.
std::optional<Value*> aligned(Rewriter& r, Value* a, Value* b, std::int64_t axis) {
  if (has_one_element(b)) return b;
  const auto rank_a = r.types().rank(a);
  const auto rank_b = r.types().rank(b);
  if ((rank_a || axis < 0) && rank_b) {
    const std::int64_t behind = (axis < 0 ? 0 : static_cast<std::int64_t>(*rank_a)) - axis;
    const std::int64_t ones = behind - static_cast<std::int64_t>(*rank_b);
    if (ones < 0) return std::nullopt;
    if (ones == 0) return b;
    if (b->is_constant()) {
      Shape shape = b->constant().shape();
      shape.resize(shape.size() + static_cast<std::size_t>(ones), 1);
      return r.constant(b->constant().reshaped(std::move(shape)), "aligned");
    }
    std::vector<std::int64_t> axes;
    for (std::int64_t i = 0; i < ones; ++i) {
      axes.push_back(static_cast<std::int64_t>(*rank_b) + i);
    }
    return r.add("Unsqueeze", {b, r.ints(axes, "axes")});
  }
  Value* behind = axis < 0 ? r.ints({-axis}, "behind")
                           : r.add("Sub", {rank_at_run_time(r, a), r.ints({axis}, "axis")});
  Value* count = r.add("Sub", {behind, rank_at_run_time(r, b)});
  Value* ones = r.add("ConstantOfShape", {count}, {{"value", Tensor::of<std::int64_t>({1}, {1})}});
  Value* own = b->known_shape() ? r.ints(*b->known_shape(), "shape") : r.add("Shape", {b});
  Value* shape = r.add("Concat", {own, ones}, {{"axis", std::int64_t{0}}});
  return r.add("Reshape", {b, shape});
}

}  // namespace

/// C broadcasts as today; the attribute only had to allow it.
Refusal gemm_broadcast(Rewriter& r) {
  r.node().erase_attribute("broadcast");
  return kDone;
}

/// B is a part of A's shape, beginning at `axis`, by default at the end.
Refusal limited_broadcast(Rewriter& r) {
  Node& node = r.node();
  const bool broadcasts = node.int_or("broadcast", 0) != 0;
  const auto* given = node.attribute_as<std::int64_t>("axis");
  const std::optional<std::int64_t> axis = given != nullptr ? std::optional(*given) : std::nullopt;
  node.erase_attribute("broadcast");
  node.erase_attribute("axis");
  if (!broadcasts || !axis || node.input(0) == nullptr || node.input(1) == nullptr) return kDone;
  const auto b = aligned(r, node.input(0), node.input(1), *axis);
  if (!b) return cat("broadcasts beyond the end of its first operand from axis ", *axis);
  node.set_input(1, *b);
  return kDone;
}

/// One slope per channel, or one for all.
Refusal slope_per_channel(Rewriter& r) {
  Node& node = r.node();
  if (node.input(0) == nullptr || node.input(1) == nullptr) return kDone;
  const auto rank = r.types().rank(node.input(1));
  if (rank && *rank != 1) return kDone;
  const auto slope = aligned(r, node.input(0), node.input(1), 1);
  if (!slope) return "has slopes beyond the channels of its input";
  node.set_input(1, *slope);
  return kDone;
}

/// The input counted as a matrix whose rows hold all dimensions from `axis` on.
Refusal softmax_of_rows(Rewriter& r) {
  Node& node = r.node();
  const std::string op = node.op();
  const std::int64_t axis = node.int_or("axis", 1);
  const auto rank = r.types().rank(node.input(0));
  if (axis == -1 || (rank && from_front(axis, *rank) == static_cast<std::int64_t>(*rank) - 1)) {
    node.set_attribute("axis", std::int64_t{-1});
    return kDone;
  }
  Value* x = node.input(0);
  Value* shape = r.add("Shape", {x});
  Value* rows = r.add("Flatten", {x}, {{"axis", axis}});
  Value* y = r.add(op, {rows}, {{"axis", std::int64_t{-1}}});
  r.become("Reshape", {y, shape});
  return kDone;
}

/// Scan 8 scans the second dimension of each sequence of a batch: today's Scan over the batch,
/// whose body holds today's Scan over one sequence. Sequences of different lengths have no such
/// form.
Refusal batched_scan(Rewriter& r) {
  Node& node = r.node();
  if (r.input(0) != nullptr) return "scans sequences of different lengths";
  const auto* body = node.attribute_as<std::shared_ptr<Graph>>("body");
  if (body == nullptr) return "has no body";
  Graph& graph = node.graph();
  const std::shared_ptr<Graph> one = Graph::make_body(graph);
  NodeSpec scan;
  scan.op = "Scan";
  for (std::size_t i = 1; i < node.inputs().size(); ++i) {
    ValueType type = node.input(i)->type();
    if (type.shape && !type.shape->empty()) type.shape->erase(type.shape->begin());
    scan.inputs.push_back(
        one->add_input(graph.unique_name(cat(node.input(i)->name(), "_one")), std::move(type)));
  }
  scan.output_names.clear();
  for (const Value* output : node.outputs()) {
    scan.output_names.push_back(
        graph.unique_name(cat(output == nullptr ? "v" : output->name(), "_one")));
  }
  (*body)->move_into(*one);
  scan.attributes = {{"body", *body}};
  scan.attributes.emplace("num_scan_inputs", node.int_or("num_scan_inputs", 0));
  const std::vector<std::int64_t> directions = node.ints_or("directions", {});
  if (!directions.empty()) scan.attributes.emplace("scan_input_directions", directions);
  for (Value* output : one->add_node(std::move(scan))->outputs()) one->add_output(output);
  const std::vector<Value*> inputs(node.inputs().begin() + 1, node.inputs().end());
  while (!node.attributes().empty()) node.erase_attribute(node.attributes().begin()->first);
  node.set_inputs(inputs);
  node.set_attribute("body", one);
  node.set_attribute("num_scan_inputs", static_cast<std::int64_t>(inputs.size()));
  return kDone;
}

}  // namespace pare::onnx::up
