#include "runtime/narrow.hpp"

#include <algorithm>

namespace pare {
namespace {

bool sizes_are_known(const std::vector<Unit>& units) {
  return std::all_of(units.begin(), units.end(), [](const Unit& unit) {
    return unit.captures.empty() &&
           std::all_of(unit.outputs.begin(), unit.outputs.end(),
                       [](const Value* v) { return v == nullptr || v->known_shape(); });
  });
}

/// What is added to the sums of a unit; nullptr when nothing is.
const Value* residual_of(const Unit& unit, PlanFacts& facts) {
  for (const Post& p : unit.posts) {
    const Value* v = p.kind == Post::Kind::add ? unit.input(p.operand) : nullptr;
    if (v != nullptr && facts.constant(v) == nullptr) return v;
  }
  return nullptr;
}

class Narrower {
 public:
  Narrower(Graph& graph, const std::vector<Unit>& units, PlanFacts& facts)
      : graph_(graph), units_(units), facts_(facts) {}

  void run() {
    for (const Unit& unit : units_) {
      const bool fits = is_bf16_convolution(unit, facts_);
      convolution_.push_back(fits);
      const Value* y = unit.output();
      if (fits && facts_.observed.count(y) == 0 && y->dtype().kind() == ElementKind::f32) {
        narrow_.insert(y);
      }
    }
    if (narrow_.empty()) return;
    for (const Value* v : graph_.outputs()) narrow_.erase(v);
    for (std::size_t i = 0; i < units_.size(); ++i) drop_read_otherwise(i);
    while (drop_uneven_sums()) {
    }
    for (Node* node : graph_.nodes()) {
      for (Value* v : node->outputs()) {
        if (v == nullptr || narrow_.count(v) == 0) continue;
        ValueType type = v->type();
        type.dtype = dtype_of(ElementKind::bf16);
        v->set_type(std::move(type));
      }
    }
  }

 private:
  void drop_read_otherwise(std::size_t index) {
    const Unit& unit = units_[index];
    const Value* residual = residual_of(unit, facts_);
    for (std::size_t i = 0; i < unit.inputs.size(); ++i) {
      const Value* v = unit.inputs[i];
      if (!convolution_[index] || (i != 0 && v != residual)) narrow_.erase(v);
    }
  }

  bool drop_uneven_sums() {
    const std::size_t before = narrow_.size();
    for (std::size_t i = 0; i < units_.size(); ++i) {
      const Value* residual = residual_of(units_[i], facts_);
      if (!convolution_[i] || residual == nullptr) continue;
      const bool both = narrow_.count(residual) != 0 && narrow_.count(units_[i].output()) != 0;
      if (both) continue;
      narrow_.erase(residual);
      narrow_.erase(units_[i].output());
    }
    return narrow_.size() != before;
  }

  Graph& graph_;
  const std::vector<Unit>& units_;
  PlanFacts& facts_;
  std::vector<bool> convolution_;
  std::unordered_set<const Value*> narrow_;
};

}  // namespace

void narrow_values(Graph& graph, const std::vector<Unit>& units, PlanFacts& facts) {
  if (!facts.options.allow_bf16 && facts.bf16.empty()) return;
  if (facts.options.reference_only || !sizes_are_known(units)) return;
  Narrower(graph, units, facts).run();
}

}  // namespace pare
