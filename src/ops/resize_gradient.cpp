#include <algorithm>

#include "ops/_axes.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"
#include "ops/_resize.hpp"

namespace pare {
namespace {

using Taps = std::vector<std::vector<ops::ResizeTap>>;

void infer(ShapeContext& c) { ops::shape_input_infer(c, 1); }

/// Dimension d of v, which has shape `shape`, back to `size` elements.
Tensor spread(const Tensor& v, std::size_t d, std::int64_t size, const Taps& taps) {
  Shape shape = v.shape();
  const ops::AxisView from(shape, d);
  shape[d] = size;
  const ops::AxisView to(shape, d);
  Tensor sum(ElementKind::f64, shape);
  const auto in = v.data<double>();
  const auto out = sum.mutable_data<double>();
  for (std::int64_t o = 0; o < from.outer; ++o) {
    for (std::int64_t k = 0; k < from.size; ++k) {
      for (const ops::ResizeTap& t : taps[static_cast<std::size_t>(k)]) {
        for (std::int64_t i = 0; i < from.inner; ++i) {
          out[to.at(o, t.index, i)] += t.weight * in[from.at(o, k, i)];
        }
      }
    }
  }
  return sum;
}

std::vector<float> floats_of(const OpCall& call, std::size_t i) {
  return call.has_input(i) ? call.input(i).to_floats() : std::vector<float>{};
}

void reference(OpCall& call) {
  const Tensor& dy = call.input(0);
  const Shape shape = ops::shape_input(call, 1, dy.rank());
  const ops::ResizePlan plan = ops::read_resize(call, dy.rank());
  const auto sizes = call.has_input(4) ? call.input(4).to_ints() : Shape{};
  const auto roi = plan.crops() ? floats_of(call, 2) : std::vector<float>{};
  const auto axes = ops::resize_axes(call, plan, shape, floats_of(call, 3), sizes, roi);
  Shape want;
  for (const ops::ResizeAxis& axis : axes) want.push_back(axis.out);
  ops::want_shape(call, dy, want, "dy");
  if (dy.empty() || element_count(shape) == 0) {
    call.set_output(0, Tensor(dy.type(), shape));
    return;
  }
  // A position without taps in one dimension has none at all: it was extrapolated.
  Tensor v = dy.cast(dtype_of(ElementKind::f64));
  for (const std::size_t d : plan.axes) {
    v = spread(v, d, axes[d].in, ops::resize_taps(plan, axes[d]));
  }
  call.set_output(0, v.cast(dy.type()));
}

Cost cost(const ShapeContext& c) {
  const std::string mode = c.attr_string("mode");
  return ops::per_input(c, mode == "nearest" ? 1 : mode == "linear" ? 8 : 32);
}

}  // namespace

/// Gradient of the input of a Resize with these attributes: every dy is added, by its weights, to
/// the elements that it was made from. Shapes: dy any, shape = that of x; roi, scales and sizes as
/// Resize has them -> dx. Errors: Fault::corrupt for shapes that do not fit.
OpDefs op_resize_gradient() {
  OpDef def("pare", "ResizeGradient", 1);
  def.input("dY", types::kFloat, "T1")
      .input("shape", {ElementKind::i64}, "tensor(int64)")
      .optional_input("roi", {ElementKind::f16, ElementKind::f32, ElementKind::f64}, "T2")
      .optional_input("scales", {ElementKind::f32}, "tensor(float)")
      .optional_input("sizes", {ElementKind::i64}, "tensor(int64)")
      .output("dX", types::kFloat, "T1")
      .define(infer, reference, cost);
  ops::add_resize_attributes(def);
  return def;
}

}  // namespace pare
