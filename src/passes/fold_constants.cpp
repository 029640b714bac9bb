#include <algorithm>

#include "passes/_rewrite.hpp"

namespace pare {
namespace {

using Facts = std::unordered_map<const Value*, ValueFacts>;

bool all_constant(const Node& node) {
  return std::all_of(node.inputs().begin(), node.inputs().end(),
                     [](const Value* v) { return v == nullptr || v->is_constant(); });
}

/// Bytes of all results; nullopt when a size is unknown.
std::optional<std::size_t> result_bytes(const Node& node) {
  std::size_t bytes = 0;
  for (const Value* v : node.outputs()) {
    if (v == nullptr) continue;
    const auto shape = v->known_shape();
    if (!shape || !v->dtype().valid()) return std::nullopt;
    bytes += byte_size(v->dtype(), element_count(*shape));
  }
  return bytes;
}

/// Bytes of constants that go when the node goes.
std::size_t freed_bytes(const Node& node) {
  std::size_t bytes = 0;
  for (const Value* v : node.inputs()) {
    if (v != nullptr && v->is_constant() && v->readers() == 1) {
      bytes += v->constant().bytes().size();
    }
  }
  return bytes;
}

bool widens_float(const Node& node) {
  if (!node.is("Cast") && !node.is("CastLike")) return false;
  const DType from = node.input(0)->dtype();
  const DType to = node.output()->dtype();
  return from.is_float() && to.is_float() && from.bits_per_value() < to.bits_per_value();
}

Verdict consider(const Node& node, const PassContext& context) {
  const OpDef* def = context.ops.find(node);
  if (def == nullptr || !all_constant(node) || !node.subgraphs().empty()) return not_mine();
  if (!def->deterministic) return refuse("the operator is random");
  if (def->reference == nullptr) return refuse("the operator has no kernel");
  if (node.is("DequantizeLinear") || node.is("pare", "DequantizeTable") ||
      node.is("pare", "DequantizeBlocks") || node.domain() == "com.microsoft") {
    return refuse("quantized weights stay small");
  }
  if (widens_float(node)) return refuse("weights stay in their narrow type");
  const auto bytes = result_bytes(node);
  if (!bytes) return refuse("the size of the result is unknown");
  const std::size_t freed = freed_bytes(node);
  if (*bytes > freed && *bytes - freed > context.fold_budget_bytes) {
    return refuse(cat("folding would add ", *bytes - freed, " bytes; ", context.fold_budget_bytes,
                      " are left"));
  }
  return accept();
}

void put_constant(Value* from, Tensor data) {
  Graph& graph = from->graph();
  graph.replace(from, graph.add_constant(std::move(data), from->name() + "_folded"));
}

/// Replaces the node by constants; why not, when that does not work.
std::optional<std::string> fold(Node& node, PassContext& context) {
  const std::size_t bytes = *result_bytes(node);
  const std::size_t freed = freed_bytes(node);
  std::vector<Tensor> inputs;
  for (const Value* v : node.inputs()) inputs.push_back(v != nullptr ? v->constant() : Tensor());
  std::vector<Tensor> results;
  try {
    results = run_reference(node, context.ops, std::move(inputs));
  } catch (const Error& e) {  // perhaps in a branch that is never taken: not ours to judge
    if (e.fault() == Fault::internal) throw;
    return cat("cannot be computed: ", e.what());
  }
  for (std::size_t i = 0; i < node.outputs().size(); ++i) {
    if (node.output(i) != nullptr && !results.at(i).valid()) return "a result is no tensor";
  }
  if (bytes > freed) context.fold_budget_bytes -= bytes - freed;
  Graph& graph = node.graph();
  for (std::size_t i = 0; i < node.outputs().size(); ++i) {
    if (node.output(i) != nullptr) put_constant(node.output(i), results[i]);
  }
  graph.erase(&node);
  return std::nullopt;
}

/// Elements that shape inference found, as a tensor of the value's type.
std::optional<Tensor> known_elements(const Value& value, const Facts& facts) {
  const auto it = facts.find(&value);
  if (it == facts.end() || !it->second.elements) return std::nullopt;
  const auto numbers = to_numbers(*it->second.elements);
  const auto shape = value.known_shape();
  if (!numbers || !shape || !value.dtype().is_integer()) return std::nullopt;
  if (element_count(*shape) != static_cast<std::int64_t>(numbers->size())) return std::nullopt;
  return Tensor::of<std::int64_t>(*shape, *numbers).cast(value.dtype());
}

bool is_output_constant_already(const Node& node) {
  // An Identity of a constant that carries the name of a graph output cannot become less.
  return node.is("Identity") && node.output()->is_graph_output();
}

std::size_t run(Graph& graph, PassContext& context) {
  const Facts facts = infer_shapes(graph, context.ops);
  std::size_t changes = 0;
  const auto note = [&](const std::string& label, Verdict v) {
    context.events->push_back({"fold_constants", label, v.kind, std::move(v.reason)});
  };
  for (Node* node : graph.nodes()) {
    if (is_output_constant_already(*node)) continue;
    const std::string label = node->label();
    if (node->outputs().size() == 1 && !all_constant(*node)) {
      if (auto data = known_elements(*node->output(), facts)) {
        put_constant(node->output(), std::move(*data));
        graph.erase(node);
        note(label, accept());
        ++changes;
      }
      continue;
    }
    Verdict verdict = consider(*node, context);
    if (verdict.kind == Verdict::Kind::accept) {
      if (auto why = fold(*node, context)) verdict = refuse(std::move(*why));
    }
    if (verdict.kind == Verdict::Kind::accept) ++changes;
    if (verdict.kind != Verdict::Kind::not_mine) note(label, std::move(verdict));
  }
  return changes;
}

}  // namespace

/// Before: y = op(constants), or an integer y that shape inference knows      After: y is constant
/// Refuses: random operators; DequantizeLinear, DequantizeTable, com.microsoft and widening float
/// Casts of weights (stored size would grow); results of unknown size; more bytes than the budget
/// in all. Keeps: output names; an output that becomes constant is an Identity of the constant.
PassDef pass_fold_constants() {
  return {.name = "fold_constants",
          .what = "computes what depends on constants only",
          .stage = 12,
          .run = run};
}

}  // namespace pare
