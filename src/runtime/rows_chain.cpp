#include <algorithm>

#include "kernels/elementwise/chain.hpp"
#include "runtime/broadcast.hpp"
#include "runtime/rows.hpp"
#include "runtime/select.hpp"

namespace pare {
namespace {

Verdict accepts(const Unit& unit, PlanFacts&) {
  return unit.chain == nullptr ? not_mine() : accept();
}

/// The names of the nodes, as many as fit a line.
std::string names_of(const Unit& unit) {
  constexpr std::size_t kMostNames = 6;
  std::string text;
  for (std::size_t i = 0; i < unit.covers.size() && i < kMostNames; ++i) {
    text += cat(i == 0 ? "" : " ", unit.covers[i]->op());
  }
  return unit.covers.size() > kMostNames ? text + " ..." : text;
}

Prepared make(const Unit& unit, PlanFacts& facts) {
  const Shape y = shape_of(*unit.output());
  const bool image = y.size() >= 3 && y.size() <= 5;
  const Layout layout = image ? facts.preferred_layout(unit) : Layout::plain;
  const auto chain = std::make_shared<const ElementwiseChain>(chain_program(unit, layout));
  Prepared made;
  for (std::size_t i = 0; i < unit.inputs.size(); ++i) {
    const Value* v = unit.inputs[i];
    const Shape x = shape_of(*v);
    made.inputs.push_back({v, x.size() == y.size() ? layout : Layout::plain});
    if (x == y && v->dtype() == unit.output()->dtype())
      made.in_place.push_back(static_cast<int>(i));
  }
  made.outputs = {layout};
  made.note = cat(names_of(unit), ", ", chain->isa());
  made.kernel = std::make_unique<FunctionKernel>(
      [=](const KernelArgs& args) { chain->run(args.in, args.out[0]); });
  return made;
}

constexpr KernelRow kRows[] = {{"native:chain", accepts, make, true}};

}  // namespace

ChainProgram chain_program(const Unit& unit, Layout layout) {
  const Shape y = shape_of(*unit.output());
  const std::vector<std::size_t> order = memory_order(y.size(), layout);
  ChainProgram program;
  for (const std::size_t d : order) program.sizes.push_back(y[d]);
  for (const Value* v : unit.inputs) {
    const Shape x = shape_of(*v);
    const std::vector<std::int64_t> steps =
        broadcast_steps(x, x.size() == y.size() ? layout : Layout::plain, y);
    ChainInput input{v->dtype().kind(), {}};
    for (const std::size_t d : order) input.steps.push_back(steps[d]);
    program.inputs.push_back(std::move(input));
  }
  program.steps = *unit.chain;
  return program;
}

std::span<const KernelRow> chain_rows() { return kRows; }

}  // namespace pare
