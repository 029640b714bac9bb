#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "kernels/elementwise/chain.hpp"
#include "runtime/select.hpp"

// Connected groups of elementwise nodes that become one step: what lies between them stays in the
// first-level cache.

namespace pare {
namespace {

using Kind = ChainStep::Kind;

bool is_type(const Value* v, ElementKind kind) {
  return v != nullptr && v->dtype().valid() && v->dtype().kind() == kind;
}

bool is_narrow_float(const Value* v) {
  return is_type(v, ElementKind::f32) || is_type(v, ElementKind::f16) ||
         is_type(v, ElementKind::bf16);
}

struct Named {
  std::string_view op;
  ChainStep step;
};

ChainStep binary(BinaryFunction f) { return {.kind = Kind::binary, .function = f}; }
ChainStep compare(Comparison c) {
  return {.kind = Kind::compare, .comparison = c, .type = ElementKind::boolean};
}

/// Operators of two float32 operands.
const ChainStep* pair_of(const Node& node) {
  static const std::array<Named, 11> kPairs = {
      {{"Add", binary(BinaryFunction::add)},
       {"Sub", binary(BinaryFunction::sub)},
       {"Mul", binary(BinaryFunction::mul)},
       {"Div", binary(BinaryFunction::div)},
       {"Min", {.kind = Kind::least}},
       {"Max", {.kind = Kind::most}},
       {"Equal", compare(Comparison::equal)},
       {"Greater", compare(Comparison::greater)},
       {"GreaterOrEqual", compare(Comparison::greater_or_equal)},
       {"Less", compare(Comparison::less)},
       {"LessOrEqual", compare(Comparison::less_or_equal)}}};
  const auto it =
      std::find_if(kPairs.begin(), kPairs.end(), [&](const Named& n) { return node.is(n.op); });
  return it == kPairs.end() ? nullptr : &it->step;
}

/// A Cast to the type that there is already: its result is its input.
bool is_nothing(const Node& node) {
  return node.is("Cast") && node.input(0) != nullptr && node.output() != nullptr &&
         is_narrow_float(node.input(0)) && node.input(0)->dtype() == node.output()->dtype();
}

/// The step that a node is, and how many of its inputs are operands; false when it is none.
bool step_of(const Node& node, PlanFacts& facts, ChainStep& step) {
  if (node.outputs().size() != 1 || node.output() == nullptr || node.input(0) == nullptr) {
    return false;
  }
  if (node.is("Cast")) {
    step = {.kind = Kind::convert, .type = node.output()->dtype().kind()};
    return is_narrow_float(node.output()) &&
           (is_narrow_float(node.input(0)) || is_type(node.input(0), ElementKind::boolean));
  }
  if (node.is("Where")) {
    step = {.kind = Kind::choose};
    return is_type(node.input(1), ElementKind::f32) && is_type(node.input(2), ElementKind::f32);
  }
  if (!is_type(node.input(0), ElementKind::f32)) return false;
  if (const ChainStep* pair = pair_of(node)) {
    step = *pair;
    return node.inputs().size() == 2 && is_type(node.input(1), ElementKind::f32);
  }
  step = {.kind = Kind::unary};
  return activation_of(node, facts, step.act) && unary_loop(step.act).has_value();
}

class ChainMaker {
 public:
  ChainMaker(const Node& last, PlanFacts& facts, std::vector<std::string>& reasons,
             const std::function<bool(const Node&)>& is_taken)
      : last_(last), facts_(facts), reasons_(reasons), is_taken_(is_taken) {}

  std::vector<Unit> make() {
    ChainStep step;
    if (is_nothing(last_) || !step_of(last_, facts_, step)) return {};
    const auto shape = last_.output()->known_shape();
    if (!shape || element_count(*shape) == 0) return {};
    nodes_ = {&last_};
    while (grow()) {
    }
    std::vector<Unit> units;
    if (describe()) units.push_back(std::move(unit_));
    return units;
  }

 private:
  bool contains(const Node* node) const {
    return std::find(nodes_.begin(), nodes_.end(), node) != nodes_.end();
  }

  /// Takes in one more node that only the chain reads; false when there is none.
  bool grow() {
    if (nodes_.size() >= kMostNodes) return false;
    for (const Node* reader : nodes_) {
      for (const Value* v : reader->inputs()) {
        const Node* node = v == nullptr ? nullptr : v->producer();
        if (node == nullptr || contains(node) || refused_.count(node) != 0) continue;
        if (belongs(*node, *v)) {
          nodes_.push_back(node);
          refused_.clear();  // who had another reader may have this one
          reasons_.resize(first_reason_);
          return true;
        }
        refused_.insert(node);
      }
    }
    return false;
  }

  bool belongs(const Node& node, const Value& v) {
    ChainStep step;
    if (&node.graph() != &last_.graph() || !step_of(node, facts_, step)) return false;
    if (facts_.constant(&v) != nullptr) return false;
    const auto no = [&](std::string_view why) {
      reasons_.push_back(cat("native:chain: '", v.name(), "' ", why));
      return false;
    };
    if (!same_shape(v, *last_.output())) return no("has another shape");
    if (facts_.observed.count(&v) != 0) return no("is observed");
    if (v.is_graph_output()) return no("is a result of the graph");
    const auto& uses = v.uses();
    if (!std::all_of(uses.begin(), uses.end(), [&](const Use& u) { return contains(u.node); })) {
      return no("has other readers");
    }
    const auto [it, fresh] = taken_.try_emplace(&node, false);
    if (fresh) it->second = is_taken_(node);
    if (it->second) return no("belongs to another step");
    return true;
  }

  /// The nodes in execution order: every node behind those that it reads.
  void sort() {
    std::vector<const Node*> sorted;
    const std::function<void(const Node*)> visit = [&](const Node* node) {
      for (const Value* v : node->inputs()) {
        const Node* before = v == nullptr ? nullptr : v->producer();
        if (before != nullptr && contains(before)) visit(before);
      }
      if (std::find(sorted.begin(), sorted.end(), node) == sorted.end()) sorted.push_back(node);
    };
    visit(&last_);
    nodes_ = std::move(sorted);
  }

  /// The number of a value that a step reads, as an input when no step makes it.
  std::size_t number_of(const Value* v) {
    const auto made = std::find(made_.begin(), made_.end(), v);
    if (made != made_.end()) {
      return kFirstStep + step_number_[static_cast<std::size_t>(made - made_.begin())];
    }
    const auto it = std::find(unit_.inputs.begin(), unit_.inputs.end(), v);
    const auto index = static_cast<std::size_t>(it - unit_.inputs.begin());
    if (it == unit_.inputs.end()) unit_.inputs.push_back(v);
    return index;
  }

  bool describe() {
    sort();
    unit_ = single_unit(last_);
    unit_.covers = nodes_;
    unit_.inputs.clear();
    auto steps = std::make_shared<std::vector<ChainStep>>();
    for (const Node* node : nodes_) {
      if (is_nothing(*node)) {
        const std::size_t same = number_of(node->input(0));
        if (same < kFirstStep) return false;  // the planner makes it a view
        made_.push_back(node->output());
        step_number_.push_back(same - kFirstStep);
        continue;
      }
      ChainStep step;
      require(step_of(*node, facts_, step), "a node of a chain is no step");
      for (std::size_t i = 0; i < step.operands(); ++i) step.in.at(i) = number_of(node->input(i));
      made_.push_back(node->output());
      step_number_.push_back(steps->size());
      steps->push_back(step);
    }
    if (steps->size() < 2) return false;
    for (ChainStep& step : *steps) {
      for (std::size_t i = 0; i < step.operands(); ++i) {
        std::size_t& v = step.in.at(i);
        if (v >= kFirstStep) v += unit_.inputs.size() - kFirstStep;
      }
    }
    unit_.chain = std::move(steps);
    if (ElementwiseChain::fits(chain_program(unit_, Layout::plain))) return true;
    reasons_.emplace_back("native:chain: too many values at a time");
    return false;
  }

  static constexpr std::size_t kMostNodes = 32;
  static constexpr std::size_t kFirstStep = std::size_t{1} << 32U;

  const Node& last_;
  PlanFacts& facts_;
  std::vector<std::string>& reasons_;
  const std::function<bool(const Node&)>& is_taken_;
  const std::size_t first_reason_ = reasons_.size();
  std::vector<const Node*> nodes_;
  std::unordered_set<const Node*> refused_;
  std::unordered_map<const Node*, bool> taken_;  // what was asked before
  std::vector<const Value*> made_;               // by the steps
  std::vector<std::size_t> step_number_;
  Unit unit_;
};

}  // namespace

std::vector<Unit> chain_units(const Node& last, PlanFacts& facts, std::vector<std::string>& reasons,
                              const std::function<bool(const Node&)>& is_taken) {
  return ChainMaker(last, facts, reasons, is_taken).make();
}

}  // namespace pare
