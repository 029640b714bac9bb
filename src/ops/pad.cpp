#include <algorithm>

#include "base/checked.hpp"
#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

/// Elements added before (negative: removed) and behind each dimension.
struct Pads {
  Shape before, after;
};

Pads pads_of(std::vector<std::int64_t> pads, std::vector<std::int64_t> axes, std::size_t rank) {
  if (axes.empty()) {
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  if (pads.size() != 2 * axes.size()) {
    throw Error(Fault::corrupt, cat("want ", 2 * axes.size(), " pads, got ", pads.size()));
  }
  ops::normal_axes(axes, rank);  // refuses an axis outside or named twice
  Pads out{Shape(rank, 0), Shape(rank, 0)};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t d = ops::normal_axis(axes[i], rank);
    out.before[d] = pads[i];
    out.after[d] = pads[axes.size() + i];
  }
  return out;
}

/// Where position i of the padded dimension comes from; -1 = the constant.
std::int64_t source(const std::string& mode, std::int64_t i, std::int64_t size) {
  if (i >= 0 && i < size) return i;
  if (mode == "constant") return -1;
  if (mode == "edge") return std::clamp<std::int64_t>(i, 0, size - 1);
  if (mode == "wrap") return ((i % size) + size) % size;
  if (size == 1) return 0;
  const std::int64_t period = 2 * (size - 1);  // reflect
  const std::int64_t k = ((i % period) + period) % period;
  return k < size ? k : period - k;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::string mode = call.attr_string("mode");
  if (mode != "constant" && mode != "edge" && mode != "reflect" && mode != "wrap") {
    call.fail(cat("mode '", mode, "' is not one of constant, edge, reflect, wrap"));
  }
  const Pads pads = pads_of(call.input(1).to_ints(),
                            call.has_input(3) ? call.input(3).to_ints() : Shape{}, x.rank());
  Shape shape;
  for (std::size_t d = 0; d < x.rank(); ++d) {
    shape.push_back(checked_add(checked_add(x.dim(d), pads.before[d]), pads.after[d]));
    if (shape.back() < 0) call.fail("pads remove more than there is");
    if (mode != "constant" && x.dim(d) == 0 && shape.back() > 0) call.fail("nothing to repeat");
  }
  const Shape strides = strides_of(x.shape());
  const std::int64_t count = element_count(shape);
  std::vector<std::int64_t> index(static_cast<std::size_t>(count));
  Shape at(shape.size(), 0);
  for (std::int64_t& i : index) {
    bool constant = false;
    for (std::size_t d = 0; d < at.size(); ++d) {
      const std::int64_t from = source(mode, at[d] - pads.before[d], x.dim(d));
      constant = constant || from < 0;
      i += from * strides[d];
    }
    if (constant) i = -1;
    for (std::size_t d = at.size(); d-- > 0;) {
      if (++at[d] < shape[d]) break;
      at[d] = 0;
    }
  }
  const Tensor fill = call.has_input(2) ? call.input(2) : Tensor(x.type(), {});
  if (fill.size() != 1) call.fail("the constant must be one value");
  ops::ElementCopier out(x.type(), shape);
  for (std::size_t i = 0; i < index.size(); ++i) {
    const bool inside = index[i] >= 0;
    out.put(static_cast<std::int64_t>(i), inside ? x : fill, inside ? index[i] : 0);
  }
  call.set_output(0, out.take());
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const auto pads = c.input_ints(1);
  const auto axes = ops::known_ints(c, 3);
  if (x == nullptr) {
    c.set_output(0, c.input_dtype(0), std::nullopt);
    return;
  }
  SymShape y(x->size());
  if (pads && axes) {
    const Pads p = pads_of(*pads, *axes, x->size());
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = (*x)[i] + p.before[i] + p.after[i];
  }
  c.set_output(0, c.input_dtype(0), y);
}

void gradient(GradientContext& g) {
  if (g.attr_string("mode") != "constant") {
    ops::moved_gradient(g);
    return;
  }
  Value* dx = g.op("Pad", {g.dy(0), g.neg(g.x(1)), nullptr, g.x(3)});
  g.set_dx(0, dx);
  if (g.wants(2)) {
    Value* around = g.sub(g.sum_all(g.dy(0)), g.sum_all(dx));
    g.set_dx(2, g.reshape_like(around, g.x(2)));
  }
}

}  // namespace

/// Elements added before and behind each dimension: a constant (0 by default), the edge, a
/// reflection without the edge, or the other end. Negative pads remove. Source: ONNX Pad,
/// version 25.
OpDefs op_pad() {
  return OpDef("Pad", 25)
      .input("data", types::kAll)
      .input("pads", {ElementKind::i64}, "tensor(int64)")
      .optional_input("constant_value", types::kAll)
      .optional_input("axes", types::kIndex, "Tind")
      .output("output", types::kAll)
      .attribute("mode", std::string("constant"), "constant, edge, reflect or wrap")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
