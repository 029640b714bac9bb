#include "runtime/step_cost.hpp"

#include <algorithm>

namespace pare {
namespace {

double slot_bytes(const Plan& plan, const std::vector<std::size_t>& slots) {
  double sum = 0;
  std::vector<std::size_t> seen;
  for (const std::size_t i : slots) {
    if (i == kNoSlot || std::find(seen.begin(), seen.end(), i) != seen.end()) continue;
    seen.push_back(i);
    const Slot& s = plan.slots[i];
    if (!s.type.valid() || s.type.kind() == ElementKind::string) continue;
    sum += static_cast<double>(byte_size(s.type, element_count(s.shape)));
  }
  return sum;
}

}  // namespace

Cost step_cost(const Step& step, const Plan& plan, const OpRegistry& ops,
               std::size_t weight_bytes) {
  Cost sum;
  for (const Node* node : step.unit.covers) {
    const Cost cost = node_cost(*node, ops, plan.graph.facts);
    sum.macs += cost.macs;
    sum.flops += cost.flops;
    sum.bytes += cost.bytes;
  }
  const double moved =
      slot_bytes(plan, step.in) + slot_bytes(plan, step.out) + static_cast<double>(weight_bytes);
  const bool alone = step.unit.covers.size() == 1 && weight_bytes == 0 && sum.bytes > 0;
  // An operator alone knows best, and never reads more than there is.
  sum.bytes = alone ? std::min(sum.bytes, moved) : moved;
  return sum;
}

}  // namespace pare
