#include "base/threads.hpp"
#include "kernels/elementwise/elementwise.hpp"
#include "runtime/rows.hpp"

namespace pare {
namespace {

constexpr std::int64_t kGrain = 8192;

ElementKind target_of(const Unit& unit) { return unit.output()->dtype().kind(); }

bool is_float(ElementKind k) {
  return k == ElementKind::f32 || k == ElementKind::f16 || k == ElementKind::bf16;
}

bool is_number(ElementKind k) {
  using enum ElementKind;
  return is_float(k) || k == i8 || k == u8 || k == i32 || k == i64 || k == boolean;
}

/// Conversions to floats, which need no rule for values that do not fit; and those to itself.
Verdict accepts_cast(const Unit& unit, PlanFacts&) {
  if (!unit.is("Cast")) return not_mine();
  const ElementKind from = unit.input(0)->dtype().kind();
  if (!is_number(from)) return refuse("no plain number");
  if (!is_float(target_of(unit))) return refuse("not to a float");
  return accept();
}

Prepared make_cast(const Unit& unit, PlanFacts& facts) {
  const Layout layout = facts.preferred_layout(unit);
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  made.outputs = {layout};
  const ElementKind from = unit.input(0)->dtype().kind();
  if (from == target_of(unit)) {
    made.alias = true;
    return made;
  }
  const ConvertFn fn = convert_to_float(from, target_of(unit));
  const std::int64_t n = elements_of(*unit.output());
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      fn(args.in[0], args.out[0], begin, end);
    });
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:cast", accepts_cast, make_cast}};

}  // namespace

std::span<const KernelRow> cast_rows() { return kRows; }

}  // namespace pare
