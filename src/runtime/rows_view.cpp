#include <algorithm>
#include <array>

#include "runtime/rows.hpp"

namespace pare {
namespace {

constexpr std::array<std::string_view, 6> kViews = {"Reshape",   "Flatten",  "Squeeze",
                                                    "Unsqueeze", "Identity", "Dropout"};

/// Whether a Dropout may drop something: it trains, or only the run will tell.
bool may_train(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("Dropout") || unit.inputs.size() < 3 || unit.inputs[2] == nullptr) return false;
  const Tensor* training = facts.constant(unit.inputs[2]);
  return training == nullptr || training->size() != 1 || training->to_ints()[0] != 0;
}

/// Same bytes under another shape: nothing to run.
Verdict accepts_view(const Unit& unit, PlanFacts& facts) {
  if (std::none_of(kViews.begin(), kViews.end(), [&](auto op) { return unit.is(op); })) {
    return not_mine();
  }
  if (unit.outputs.size() > 1 && unit.outputs[1] != nullptr) {
    return refuse("the mask is wanted");
  }
  if (may_train(unit, facts)) return refuse("it may be training");
  if (elements_of(*unit.input(0)) != elements_of(*unit.output())) {
    return refuse("the number of elements changes");
  }
  return accept();
}

Prepared make_view(const Unit& unit, PlanFacts& facts) {
  const bool same = shape_of(*unit.input(0)) == shape_of(*unit.output());
  const Layout layout = same ? facts.preferred_layout(unit) : Layout::plain;
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  made.outputs = {layout};
  made.alias = true;
  return made;
}

constexpr KernelRow kRows[] = {{"native:view", accepts_view, make_view}};

}  // namespace

std::span<const KernelRow> view_rows() { return kRows; }

}  // namespace pare
