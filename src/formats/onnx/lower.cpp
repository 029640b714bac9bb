// Operators of pare's own in terms of those that every runtime has.

#include <array>

#include "base/text.hpp"
#include "formats/onnx/rewriter.hpp"
#include "formats/onnx/versions.hpp"

namespace pare::onnx {
namespace {

/// Factors that Mul brings together.
struct Scaled {
  Value* values = nullptr;
  Value* scales = nullptr;
  std::vector<std::int64_t> back = {};  ///< shape to bring the product to; empty = it has it
};

Value* reshaped(Rewriter& r, Value* value, const std::vector<std::int64_t>& shape) {
  if (value->is_constant()) return r.constant(value->constant().reshaped(shape), "scale");
  return r.add("Reshape", {value, r.ints(shape, "spread")});
}

Scaled per_block(Rewriter& r, Value* values, const Shape& shape, std::size_t axis,
                 std::int64_t block) {
  Value* scales = r.input(2);
  if (shape[axis] % block != 0) {  // every index is given its block's scale
    std::vector<std::int64_t> at;
    for (std::int64_t i = 0; i < shape[axis]; ++i) at.push_back(i / block);
    const Attributes attributes = {{"axis", static_cast<std::int64_t>(axis)}};
    return {values, r.add("Gather", {scales, r.ints(at, "block")}, attributes)};
  }
  const auto behind = static_cast<std::ptrdiff_t>(axis) + 1;
  Shape blocks = shape;
  blocks[axis] /= block;
  Shape ones = blocks;
  blocks.insert(blocks.begin() + behind, block);
  ones.insert(ones.begin() + behind, 1);
  return {r.add("Reshape", {values, r.ints(blocks, "blocks")}), reshaped(r, scales, ones), shape};
}

/// nullopt where a shape that decides is not known.
std::optional<Scaled> scaled(Rewriter& r, Value* values) {
  Value* scales = r.input(2);
  const auto shape = r.input(0)->known_shape();
  const auto of_scales = scales->known_shape();
  const std::int64_t block = r.node().int_or("block_size", 0);
  if (!of_scales) return std::nullopt;
  if (block == 0 && element_count(*of_scales) == 1) {
    return Scaled{values, of_scales->empty() ? scales : reshaped(r, scales, {})};
  }
  if (!shape || shape->empty()) return std::nullopt;
  const auto axis = from_front(r.node().int_or("axis", 1), shape->size());
  if (!axis) return std::nullopt;
  const auto k = static_cast<std::size_t>(*axis);
  if (block > 0) return per_block(r, values, *shape, k, block);
  if (k + 1 == shape->size()) return Scaled{values, scales};
  Shape spread(shape->size() - k, 1);
  spread[0] = (*shape)[k];
  return Scaled{values, reshaped(r, scales, spread)};
}

/// Gather takes 32-bit indices; what multiplies them comes last.
Refusal look_up(Rewriter& r) {
  Value* at = r.add("Cast", {r.input(0)}, {{"to", static_cast<std::int64_t>(ElementKind::i32)}});
  Value* values = r.add("Gather", {r.input(1), at}, {{"axis", std::int64_t{0}}});
  const auto parts = scaled(r, values);
  if (!parts) return "has codes or scales of unknown shape";
  if (parts->back.empty()) {
    r.become("Mul", {parts->values, parts->scales});
  } else {
    Value* product = r.add("Mul", {parts->values, parts->scales});
    r.become("Reshape", {product, r.ints(parts->back, "shape")});
  }
  return kDone;
}

void lower(Graph& graph, KnownTypes& types, std::vector<std::string>& problems) {
  for (Node* node : graph.nodes()) {
    for (Graph* body : node->subgraphs()) lower(*body, types, problems);
    types.learn(*node);
    if (!node->is("pare", "DequantizeTable")) continue;
    Rewriter rewriter(*node, types);
    if (const Refusal refusal = look_up(rewriter)) {
      problems.push_back(cat(node->label(), " ", *refusal));
    }
  }
}

}  // namespace

void lower_own_operators(Graph& graph) {
  KnownTypes types;
  std::vector<std::string> problems;
  change_forms(graph, [&] { lower(graph, types, problems); });
  if (!problems.empty()) throw_unsupported("nodes that ONNX has no form for", problems);
}

}  // namespace pare::onnx
