#include <algorithm>
#include <array>

#include "kernels/binary/binary.hpp"
#include "kernels/view.hpp"
#include "runtime/broadcast.hpp"
#include "runtime/rows.hpp"

// Sums, differences, products and quotients of float32 with broadcasting of any kind: gates of
// squeeze-and-excite blocks, biases, masks. (oneDNN 2.6 has most broadcasts only as a loop over
// elements with an index computation for each.)

namespace pare {
namespace {

struct BinaryOp {
  std::string_view op;
  BinaryFunction function;
};
constexpr std::array<BinaryOp, 4> kBinary = {{{"Add", BinaryFunction::add},
                                              {"Sub", BinaryFunction::sub},
                                              {"Mul", BinaryFunction::mul},
                                              {"Div", BinaryFunction::div}}};

const BinaryOp* binary_of(const Unit& unit) {
  const auto it = std::find_if(kBinary.begin(), kBinary.end(),
                               [&](const BinaryOp& b) { return unit.is(b.op); });
  return it == kBinary.end() ? nullptr : &*it;
}

Verdict accepts_binary(const Unit& unit, PlanFacts&) {
  if (binary_of(unit) == nullptr || unit.quantized || !unit.posts.empty()) return not_mine();
  if (unit.node->inputs().size() != 2) return refuse("not two operands");
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    if (unit.input(i)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  }
  return accept();
}

Prepared make_binary(const Unit& unit, PlanFacts& facts) {
  const Shape y = shape_of(*unit.output());
  const bool image = y.size() >= 3 && y.size() <= 5;
  const Layout layout = image ? facts.preferred_layout(unit) : Layout::plain;
  Prepared made;
  std::array<std::vector<std::int64_t>, 2> steps;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    const Shape x = shape_of(*unit.input(i));
    // A full image moves in the layout of the result; small operands stay as they are.
    const Layout mine = x.size() == y.size() ? layout : Layout::plain;
    steps.at(i) = broadcast_steps(x, mine, y);
    made.inputs.push_back({unit.input(i), mine});
    if (x == y) made.in_place.push_back(static_cast<int>(i));
  }
  BroadcastLoop loop;
  for (const std::size_t d : memory_order(y.size(), layout)) {
    loop.sizes.push_back(y[d]);
    loop.a.push_back(steps[0][d]);
    loop.b.push_back(steps[1][d]);
  }
  loop.simplify();
  const BinaryKernels* kernels = binary_kernels().front();
  const BinaryFunction f = binary_of(unit)->function;
  made.outputs = {layout};
  made.note = kernels->isa;
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    run_broadcast(*kernels, f, loop, view<float>(args.in[0]), view<float>(args.in[1]),
                  view<float>(args.out[0]));
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:binary", accepts_binary, make_binary}};

}  // namespace

std::span<const KernelRow> binary_rows() { return kRows; }

}  // namespace pare
