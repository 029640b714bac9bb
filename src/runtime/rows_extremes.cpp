#include <algorithm>

#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "runtime/rows.hpp"

namespace pare {
namespace {

/// Max and Min of two; those of the library lose a NaN that stands on the left.
Verdict accepts_extreme(const Unit& unit, PlanFacts&) {
  if (!unit.is("Max") && !unit.is("Min")) return not_mine();
  if (unit.quantized || unit.node->inputs().size() != 2) return refuse("not two operands");
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    if (unit.input(i)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  }
  return accept();
}

/// How two operands lie over a result, dimension by dimension; 0 = one element for all.
struct Walk {
  Shape y, a, b;  // sizes of the result and strides
};

Walk walk_of(const Shape& a, const Shape& b, const Shape& y) {
  const auto strides = [&](const Shape& s) {
    const Shape own = strides_of(s);
    Shape out(y.size() - s.size(), 0);
    for (std::size_t i = 0; i < s.size(); ++i) out.push_back(s[i] == 1 ? 0 : own[i]);
    return out;
  };
  Walk w{y, strides(a), strides(b)};
  if (y.empty()) w = {{1}, {0}, {0}};
  return w;
}

template <class Pick>
std::unique_ptr<Kernel> extreme_kernel(const Walk& w, Pick pick) {
  const std::int64_t inner = w.y.back();
  const std::int64_t rows = element_count(w.y) / inner;
  return std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    const std::int64_t grain = std::max<std::int64_t>(1, 16384 / inner);
    parallel_for(rows, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        const float* a = view<float>(args.in[0]);
        const float* b = view<float>(args.in[1]);
        float* y = view<float>(args.out[0]) + row * inner;
        std::int64_t rest = row;
        for (std::size_t d = w.y.size() - 1; d-- > 0;) {
          a += rest % w.y[d] * w.a[d];
          b += rest % w.y[d] * w.b[d];
          rest /= w.y[d];
        }
        const std::int64_t da = w.a.back();
        const std::int64_t db = w.b.back();
        for (std::int64_t i = 0; i < inner; ++i) y[i] = pick(a[i * da], b[i * db]);
      }
    });
  });
}

Prepared make_extreme(const Unit& unit, PlanFacts& facts) {
  const Shape y = shape_of(*unit.output());
  const Shape a = shape_of(*unit.input(0));
  const Shape b = shape_of(*unit.input(1));
  const bool same = a == y && b == y;
  const Layout layout = same ? facts.preferred_layout(unit) : Layout::plain;
  Prepared made;
  made.inputs = {{unit.input(0), layout}, {unit.input(1), layout}};
  made.outputs = {layout};
  if (a == y) made.in_place.push_back(0);
  if (b == y) made.in_place.push_back(1);
  const Walk w = same ? Walk{{element_count(y)}, {1}, {1}} : walk_of(a, b, y);
  if (unit.is("Max")) {
    made.kernel = extreme_kernel(w, [](float p, float q) { return p > q || p != p ? p : q; });
  } else {
    made.kernel = extreme_kernel(w, [](float p, float q) { return p < q || p != p ? p : q; });
  }
  return made;
}

constexpr KernelRow kRows[] = {{"native:extremes", accepts_extreme, make_extreme}};

}  // namespace

std::span<const KernelRow> extreme_rows() { return kRows; }

}  // namespace pare
