#include "runtime/select.hpp"

#include <algorithm>
#include <optional>

#include "runtime/packed_weights.hpp"
#include "runtime/prepare.hpp"

namespace pare {
namespace {

/// Whether some row takes the unit; why not goes to `reasons`.
bool some_row_accepts(const Unit& unit, PlanFacts& facts, std::vector<std::string>& reasons) {
  for (const auto* list : {&unit.inputs, &unit.outputs}) {
    for (const Value* v : *list) {
      if (v != nullptr && !v->known_shape()) return false;
    }
  }
  for (const KernelRow& row : kernel_table()) {
    const Verdict verdict = row.accepts(unit, facts);
    if (verdict.kind == Verdict::Kind::accept) return true;
    if (verdict.kind == Verdict::Kind::refuse) {
      reasons.push_back(cat(row.name, ": ", verdict.reason));
    }
  }
  return false;
}

/// A unit of several nodes around a product, or of packed weights; why larger ones are none goes to
/// `reasons`.
std::optional<Unit> product_unit(const Node& node, PlanFacts& facts,
                                 std::vector<std::string>& reasons) {
  for (Unit& unit : quantized_units(node, facts)) {
    if (some_row_accepts(unit, facts, reasons)) return std::move(unit);
  }
  for (Unit& unit : attention_units(node, facts)) {
    if (some_row_accepts(unit, facts, reasons)) return std::move(unit);
  }
  for (Unit& unit : fused_float_units(node, facts)) {
    if (auto packed = packed_unit(unit, facts)) {
      if (some_row_accepts(*packed, facts, reasons)) return std::move(*packed);
      // Packed weights gain more than an activation in the same step does.
      const auto alone = packed_unit(single_unit(*unit.node), facts);
      if (alone && some_row_accepts(*alone, facts, reasons)) break;
    }
    if (some_row_accepts(unit, facts, reasons)) {
      unit.refused = std::move(reasons);
      return std::move(unit);
    }
  }
  if (auto packed = packed_unit(single_unit(node), facts)) {
    if (some_row_accepts(*packed, facts, reasons)) return std::move(*packed);
  }
  return std::nullopt;
}

Unit best_unit(const Node& node, PlanFacts& facts) {
  std::vector<std::string> reasons;
  if (!facts.options.reference_only) {
    if (auto unit = product_unit(node, facts, reasons)) return std::move(*unit);
    const auto is_taken = [&](const Node& other) {
      std::vector<std::string> unread;
      return product_unit(other, facts, unread).has_value();
    };
    for (Unit& unit : chain_units(node, facts, reasons, is_taken)) {
      if (!some_row_accepts(unit, facts, reasons)) continue;
      unit.refused = std::move(reasons);
      return std::move(unit);
    }
  }
  Unit unit = single_unit(node);
  unit.refused = std::move(reasons);
  return unit;
}

}  // namespace

Unit single_unit(const Node& node) {
  Unit unit;
  unit.node = &node;
  unit.covers = {&node};
  unit.inputs.assign(node.inputs().begin(), node.inputs().end());
  unit.outputs.assign(node.outputs().begin(), node.outputs().end());
  if (!node.subgraphs().empty()) unit.captures = captured_values(node, node.graph());
  return unit;
}

bool is_private(const Value& value, const PlanFacts& facts) {
  return value.readers() == 1 && facts.observed.count(&value) == 0;
}

std::vector<Unit> select_units(Graph& graph, PlanFacts& facts) {
  std::unordered_set<const Value*> needed(graph.outputs().begin(), graph.outputs().end());
  needed.insert(facts.observed.begin(), facts.observed.end());
  const std::vector<Node*> nodes = graph.nodes();
  std::vector<Unit> units;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const Node& node = *nodes[i];
    const bool wanted = std::any_of(node.outputs().begin(), node.outputs().end(),
                                    [&](const Value* v) { return needed.count(v) != 0; });
    if (!wanted) continue;
    Unit unit = best_unit(node, facts);
    for (const auto* list : {&unit.inputs, &unit.captures}) {
      for (const Value* v : *list) {
        // Weights in codes are with the unit: nobody has to decode them, and who wants them after
        // all finds them as a constant.
        const bool decoded = list == &unit.inputs && unit.weights.valid() && v == unit.input(1);
        if (v != nullptr && !decoded) needed.insert(v);
      }
    }
    units.push_back(std::move(unit));
  }
  std::reverse(units.begin(), units.end());
  return units;
}

}  // namespace pare
