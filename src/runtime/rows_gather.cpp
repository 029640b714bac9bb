#include <algorithm>
#include <cstring>

#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "runtime/rows.hpp"

// Rows that numbers of the run pick: embeddings.

namespace pare {
namespace {

bool is_plain(const Value& v) {
  const DtypeInfo& info = v.dtype().info();
  return info.values == 1 && info.bytes > 0 && v.dtype().kind() != ElementKind::string;
}

Verdict accepts(const Unit& unit, PlanFacts&) {
  if (!unit.is("Gather") || unit.quantized) return not_mine();
  if (!is_plain(*unit.input(0))) return refuse("packed elements");
  const ElementKind index = unit.input(1)->dtype().kind();
  if (index != ElementKind::i64 && index != ElementKind::i32) return refuse("odd indices");
  return accept();
}

/// x is [outer, size, inner bytes]; `picks` indices for each of the outer.
struct Picking {
  std::int64_t outer = 1, size = 1, picks = 1;
  std::size_t inner = 1;

  template <class Index>
  void run(const std::byte* x, const Index* index, std::byte* y) const {
    constexpr std::int64_t kGrain = 1 << 16;
    const std::int64_t grain = std::max<std::int64_t>(1, kGrain / static_cast<std::int64_t>(inner));
    parallel_for(outer * picks, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        auto at = static_cast<std::int64_t>(index[i % picks]);
        if (at < 0) at += size;
        if (at < 0 || at >= size) {
          throw Error(Fault::corrupt, cat("index ", index[i % picks], " of ", size));
        }
        const auto row = static_cast<std::size_t>(i / picks * size + at);
        std::memcpy(y + static_cast<std::size_t>(i) * inner, x + row * inner, inner);
      }
    });
  }
};

Prepared make(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const std::int64_t axis = facts.attributes(*unit.node).attr_axis("axis", x.size());
  Picking p;
  p.size = x[static_cast<std::size_t>(axis)];
  p.picks = elements_of(*unit.input(1));
  p.inner = unit.input(0)->dtype().info().bytes;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(x.size()); ++i) {
    if (i < axis) p.outer *= x[static_cast<std::size_t>(i)];
    if (i > axis) p.inner *= static_cast<std::size_t>(x[static_cast<std::size_t>(i)]);
  }
  Prepared made;
  made.inputs = {{unit.input(0), Layout::plain}, {unit.input(1), Layout::plain}};
  made.outputs = {Layout::plain};
  const bool wide = unit.input(1)->dtype().kind() == ElementKind::i64;
  made.kernel = std::make_unique<FunctionKernel>([p, wide](const KernelArgs& args) {
    if (wide) {
      p.run(args.in[0], view<std::int64_t>(args.in[1]), args.out[0]);
    } else {
      p.run(args.in[0], view<std::int32_t>(args.in[1]), args.out[0]);
    }
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:gather", accepts, make}};

}  // namespace

std::span<const KernelRow> gather_rows() { return kRows; }

}  // namespace pare
