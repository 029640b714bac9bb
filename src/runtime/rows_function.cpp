#include <algorithm>

#include "base/threads.hpp"
#include "kernels/functions/functions.hpp"
#include "kernels/view.hpp"
#include "runtime/rows.hpp"
#include "runtime/select.hpp"

// Functions of one number whose polynomials this project has in vectors: more exact than the
// library's, which loses all relative precision where results are small, and faster.

namespace pare {
namespace {

Verdict accepts(const Unit& unit, PlanFacts& facts) {
  Activation f;
  if (unit.quantized || !unit.posts.empty() || !activation_of(*unit.node, facts, f)) {
    return not_mine();
  }
  if (function_of(*function_kernels().front(), f.act) == nullptr) return not_mine();
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  return accept();
}

Prepared make(const Unit& unit, PlanFacts& facts) {
  constexpr std::int64_t kGrain = 16384;
  Activation f;
  require(activation_of(*unit.node, facts, f), "no activation");
  const FunctionKernels& kernels = *function_kernels().front();
  const FunctionFn fn = function_of(kernels, f.act);
  const std::int64_t n = elements_of(*unit.output());
  const Layout layout = facts.preferred_layout(unit);
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  made.outputs = {layout};
  made.in_place = {0};
  made.note = kernels.isa;
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    const float* x = view<float>(args.in[0]);
    float* y = view<float>(args.out[0]);
    parallel_for(n, kGrain, [=](std::int64_t begin, std::int64_t end) {
      fn(x + begin, y + begin, end - begin, f.alpha);
    });
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:vector_functions", accepts, make, true}};

}  // namespace

std::span<const KernelRow> function_rows() { return kRows; }

}  // namespace pare
