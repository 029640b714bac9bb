#include <algorithm>
#include <array>

#include "base/threads.hpp"
#include "kernels/elementwise/elementwise.hpp"
#include "kernels/view.hpp"
#include "runtime/rows.hpp"

// Comparisons of float32 and the choice between two values by a mask, which masks of attention and
// the gradients of activations are made of.

namespace pare {
namespace {

constexpr std::int64_t kGrain = 16384;

/// Each operand has the shape of the result, or one element for all.
bool are_even(const Unit& unit, std::size_t operands) {
  const Shape y = shape_of(*unit.output());
  for (std::size_t i = 0; i < operands; ++i) {
    const Shape x = shape_of(*unit.input(i));
    if (x != y && element_count(x) != 1) return false;
  }
  return element_count(y) > 0;
}

/// 1 for operands that have an element for each of the result, 0 for one element.
template <std::size_t N>
std::array<std::int64_t, N> steps_of(const Unit& unit) {
  std::array<std::int64_t, N> steps{};
  for (std::size_t i = 0; i < N; ++i) {
    steps[i] = shape_of(*unit.input(i)) == shape_of(*unit.output()) ? 1 : 0;
  }
  return steps;
}

Prepared prepared(const Unit& unit, PlanFacts& facts, std::size_t operands) {
  const Layout layout = facts.preferred_layout(unit);
  const Shape y = shape_of(*unit.output());
  Prepared made;
  for (std::size_t i = 0; i < operands; ++i) {
    const bool whole = shape_of(*unit.input(i)) == y;
    made.inputs.push_back({unit.input(i), whole ? layout : Layout::plain});
  }
  made.outputs = {layout};
  return made;
}

constexpr std::array<std::string_view, 5> kComparisons = {"Equal", "Greater", "GreaterOrEqual",
                                                          "Less", "LessOrEqual"};

Verdict accepts_comparison(const Unit& unit, PlanFacts&) {
  const std::string& op = unit.node->op();
  const bool mine = unit.node->domain().empty() &&
                    std::find(kComparisons.begin(), kComparisons.end(), op) != kComparisons.end();
  if (!mine || unit.quantized) return not_mine();
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    if (unit.input(i)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  }
  return are_even(unit, 2) ? accept() : refuse("operands of other shapes");
}

Prepared make_comparison(const Unit& unit, PlanFacts& facts) {
  constexpr std::array<Comparison, 5> kMeaning = {Comparison::equal, Comparison::greater,
                                                  Comparison::greater_or_equal, Comparison::less,
                                                  Comparison::less_or_equal};  // as kComparisons
  Prepared made = prepared(unit, facts, 2);
  const std::int64_t count = elements_of(*unit.output());
  const auto step = steps_of<2>(unit);
  const auto* at = std::find(kComparisons.begin(), kComparisons.end(), unit.node->op());
  const Comparison c = kMeaning.at(static_cast<std::size_t>(at - kComparisons.begin()));
  const ElementwiseKernels& kernels = *elementwise_kernels().front();
  made.kernel = std::make_unique<FunctionKernel>([=, &kernels](const KernelArgs& args) {
    const float* a = view<float>(args.in[0]);
    const float* b = view<float>(args.in[1]);
    auto* y = view<std::uint8_t>(args.out[0]);
    parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
      kernels.compare(c, a + begin * step[0], step[0], b + begin * step[1], step[1], y + begin,
                      end - begin);
    });
  });
  return made;
}

Verdict accepts_where(const Unit& unit, PlanFacts&) {
  if (!unit.is("Where") || unit.quantized) return not_mine();
  if (unit.output()->dtype().kind() != ElementKind::f32) return refuse("not float32");
  return are_even(unit, 3) ? accept() : refuse("operands of other shapes");
}

Prepared make_where(const Unit& unit, PlanFacts& facts) {
  Prepared made = prepared(unit, facts, 3);
  const std::int64_t count = elements_of(*unit.output());
  const auto step = steps_of<3>(unit);
  const ElementwiseKernels& kernels = *elementwise_kernels().front();
  made.kernel = std::make_unique<FunctionKernel>([=, &kernels](const KernelArgs& args) {
    const auto* mask = view<std::uint8_t>(args.in[0]);
    const float* a = view<float>(args.in[1]);
    const float* b = view<float>(args.in[2]);
    float* y = view<float>(args.out[0]);
    parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
      kernels.choose(mask + begin * step[0], step[0], a + begin * step[1], step[1],
                     b + begin * step[2], step[2], y + begin, end - begin);
    });
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:compare", accepts_comparison, make_comparison},
                               {"native:where", accepts_where, make_where}};

}  // namespace

std::span<const KernelRow> choose_rows() { return kRows; }

}  // namespace pare
