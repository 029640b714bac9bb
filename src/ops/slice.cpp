#include <algorithm>
#include <limits>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

/// One dimension of a slice: indices first, first + step, ... `count` of them.
struct Cut {
  std::int64_t first = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};

Cut cut(std::int64_t size, std::int64_t start, std::int64_t end, std::int64_t step) {
  if (step == 0) throw Error(Fault::corrupt, "a slice of step 0");
  if (size == 0) return {0, step, 0};
  const bool up = step > 0;
  if (start < 0) start += size;
  if (end < 0) end = end < -size ? -1 : end + size;
  start = std::clamp<std::int64_t>(start, 0, up ? size : size - 1);
  end = std::clamp<std::int64_t>(end, up ? 0 : -1, size);
  std::int64_t count = 0;
  if (up && end > start) count = (end - start - 1) / step + 1;
  // Steps may be as far as the least 64-bit integer, which has no positive counterpart.
  if (!up && end < start) {
    count = step == std::numeric_limits<std::int64_t>::min() ? 1 : (start - end - 1) / -step + 1;
  }
  return {start, step, count};
}

struct Wanted {
  std::vector<std::int64_t> starts, ends, axes, steps;
};

Wanted complete(Wanted w, std::size_t rank) {
  if (w.starts.size() != w.ends.size()) {
    throw Error(Fault::corrupt, "slice: starts and ends differ in length");
  }
  if (w.axes.empty()) {
    for (std::size_t i = 0; i < w.starts.size(); ++i)
      w.axes.push_back(static_cast<std::int64_t>(i));
  }
  if (w.steps.empty()) w.steps.assign(w.starts.size(), 1);
  if (w.axes.size() != w.starts.size() || w.steps.size() != w.starts.size()) {
    throw Error(Fault::corrupt, "slice: axes and steps must be as many as starts");
  }
  ops::normal_axes(w.axes, rank);  // refuses an axis outside or named twice
  for (std::int64_t& a : w.axes) a = static_cast<std::int64_t>(ops::normal_axis(a, rank));
  return w;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  Wanted w{call.input(1).to_ints(), call.input(2).to_ints(), {}, {}};
  if (call.has_input(3)) w.axes = call.input(3).to_ints();
  if (call.has_input(4)) w.steps = call.input(4).to_ints();
  w = complete(std::move(w), x.rank());
  Shape shape = x.shape();
  Shape strides = strides_of(shape);
  std::int64_t base = 0;
  for (std::size_t i = 0; i < w.starts.size(); ++i) {
    const auto d = static_cast<std::size_t>(w.axes[i]);
    const Cut c = cut(x.shape()[d], w.starts[i], w.ends[i], w.steps[i]);
    base += c.first * strides[d];
    strides[d] *= c.count > 1 ? c.step : 1;
    shape[d] = c.count;
  }
  std::vector<std::int64_t> index(static_cast<std::size_t>(element_count(shape)));
  ops::StridedWalk walk(shape, strides);
  for (std::int64_t& i : index) {
    i = base + walk.offset();
    walk.next();
  }
  call.set_output(0, ops::gather_elements(x, shape, index));
}

/// Size of dimension `size` after a cut; symbolic where the whole dimension or a known part at its
/// ends is taken.
Dim cut_size(const Dim& size, const Dim& start, const Dim& end, std::int64_t step) {
  if (size.is_number() && start.is_number() && end.is_number()) {
    return cut(size.number(), start.number(), end.number(), step).count;
  }
  if (step != 1 || !start.is_number()) return Dim::unknown();
  const std::int64_t s = start.number();
  constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int32_t>::max();
  const bool whole_end = (end.is_number() && end.number() >= kToTheEnd) || end == size;
  if (s == 0 && whole_end) return size;
  return Dim::unknown();
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const auto starts = c.input_elements(1);
  const auto ends = c.input_elements(2);
  const auto axes = ops::known_ints(c, 3);
  const auto steps = ops::known_ints(c, 4);
  if (x == nullptr) {
    c.set_output(0, c.input_dtype(0), std::nullopt);
    return;
  }
  if (!starts || !ends || !axes || !steps) {
    SymShape y(x->size());
    // Only the named axes change.
    if (axes && !axes->empty()) {
      y = *x;
      for (const std::int64_t a : *axes) y[ops::normal_axis(a, x->size())] = Dim::unknown();
    }
    c.set_output(0, c.input_dtype(0), y);
    return;
  }
  Wanted w{std::vector<std::int64_t>(starts->size()), std::vector<std::int64_t>(ends->size()),
           *axes, *steps};
  w = complete(std::move(w), x->size());
  SymShape y = *x;
  for (std::size_t i = 0; i < w.starts.size(); ++i) {
    Dim& d = y[static_cast<std::size_t>(w.axes[i])];
    d = cut_size(d, (*starts)[i], (*ends)[i], w.steps[i]);
  }
  c.set_output(0, c.input_dtype(0), y);
  const auto elements = c.input_elements(0);
  if (!elements || x->size() != 1 || w.starts.size() != 1) return;
  if (!(*starts)[0].is_number() || !(*ends)[0].is_number()) return;
  const Cut k = cut(static_cast<std::int64_t>(elements->size()), (*starts)[0].number(),
                    (*ends)[0].number(), w.steps[0]);
  std::vector<Dim> part;
  for (std::int64_t i = 0; i < k.count; ++i) {
    part.push_back((*elements)[static_cast<std::size_t>(k.first + i * k.step)]);
  }
  c.set_output_elements(0, std::move(part));
}

/// Constant cuts of step 1: zeros around dy.
bool pad_back(GradientContext& g) {
  const auto shape = g.x(0)->known_shape();
  const auto starts = g.constant_ints(1);
  const auto ends = g.constant_ints(2);
  const auto axes = g.constant_ints(3);
  const auto steps = g.constant_ints(4);
  if (!shape || !starts || !ends || !axes || !steps) return false;
  const Wanted w = complete({*starts, *ends, *axes, *steps}, shape->size());
  const std::size_t n = w.starts.size();
  std::vector<std::int64_t> pads(2 * n);
  for (std::size_t i = 0; i < n; ++i) {
    if (w.steps[i] != 1) return false;
    const std::int64_t size = (*shape)[static_cast<std::size_t>(w.axes[i])];
    const Cut c = cut(size, w.starts[i], w.ends[i], 1);
    pads[i] = c.first;
    pads[n + i] = size - c.first - c.count;
  }
  g.set_dx(0, n == 0 ? g.dy(0) : g.op("Pad", {g.dy(0), g.ints(pads), nullptr, g.ints(w.axes)}));
  return true;
}

void gradient(GradientContext& g) {
  if (!pad_back(g)) ops::moved_gradient(g);
}

}  // namespace

/// Part of a tensor: along each axis start, start + step, ... before end; negative positions count
/// from the end and all are clamped. Source: ONNX Slice, version 13.
OpDefs op_slice() {
  return OpDef("Slice", 13)
      .input("data", types::kAll)
      .input("starts", types::kIndex, "Tind")
      .input("ends", types::kIndex, "Tind")
      .optional_input("axes", types::kIndex, "Tind")
      .optional_input("steps", types::kIndex, "Tind")
      .output("output", types::kAll)
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
