#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/threads.hpp"
#include "ops/_axes.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"
#include "ops/_resize.hpp"

namespace pare {
namespace {

using Taps = std::vector<std::vector<ops::ResizeTap>>;

/// floor(x * scale) for a symbol, when the scale is a multiple of 1/64; else unknown.
Dim scaled_symbol(const Dim& x, float scale) {
  constexpr std::int64_t kParts = 64;
  const double parts = static_cast<double>(scale) * kParts;
  if (!(parts >= 1 && parts < 0x1p31) || parts != std::floor(parts)) return Dim::unknown();
  const auto up = static_cast<std::int64_t>(parts);
  const std::int64_t common = std::gcd(up, kParts);
  return floor_div(x * Dim(up / common), Dim(kParts / common));
}

/// Shape by scales. Sizes that are no numbers stay symbols where they can.
void shape_by_scales(const ShapeContext& c, const ops::ResizePlan& plan,
                     const std::vector<float>& scales, SymShape& y) {
  if (scales.size() != plan.axes.size()) {
    c.fail(cat("wants ", plan.axes.size(), " scales, got ", scales.size()));
  }
  for (std::size_t i = 0; i < scales.size(); ++i) {
    Dim& d = y[plan.axes[i]];
    d = d.is_number() ? Dim(ops::scaled_size(c, d.number(), scales[i]))
                      : scaled_symbol(d, scales[i]);
  }
}

void shape_by_sizes(const ShapeContext& c, const ops::ResizePlan& plan,
                    const std::vector<Dim>& sizes, SymShape& y) {
  if (sizes.size() != plan.axes.size()) {
    c.fail(cat("wants ", plan.axes.size(), " sizes, got ", sizes.size()));
  }
  const auto numbers = to_numbers(sizes);
  const auto x = to_numbers(y);
  if (numbers && x) {
    ops::ResizePlan whole = plan;
    whole.transformation = "half_pixel";  // the shape does not depend on roi
    const auto axes = ops::resize_axes(c, whole, *x, {}, *numbers, {});
    for (std::size_t d = 0; d < axes.size(); ++d) y[d] = axes[d].out;
    return;
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    y[plan.axes[i]] = plan.policy == "stretch" ? sizes[i] : Dim::unknown();
  }
}

/// Empty inputs count as not given: older files write them.
bool given(const ShapeContext& c, std::size_t i) {
  if (!c.has_input(i)) return false;
  const SymShape* s = c.input_shape(i);
  return s == nullptr || s->size() != 1 || !s->front().is(0);
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  if (x == nullptr) {
    c.set_output(0, c.input_dtype(0), std::nullopt);
    return;
  }
  const ops::ResizePlan plan = ops::read_resize(c, x->size());
  const bool by_scales = given(c, 2);
  const bool by_sizes = given(c, 3);
  SymShape y = *x;
  const Tensor* scales = by_scales ? c.input_constant(2) : nullptr;
  const auto sizes = by_sizes ? c.input_elements(3) : std::nullopt;
  if (scales != nullptr && !by_sizes) {
    shape_by_scales(c, plan, scales->to_floats(), y);
  } else if (sizes && !by_scales) {
    shape_by_sizes(c, plan, *sizes, y);
  } else {
    for (const std::size_t d : plan.axes) y[d] = Dim::unknown();
  }
  c.set_output(0, c.input_dtype(0), y);
}

std::vector<float> floats_of(const OpCall& call, std::size_t i) {
  return call.has_input(i) ? call.input(i).to_floats() : std::vector<float>{};
}

/// `value` as a scalar of any type; text has none but the empty one.
Tensor scalar_of(double value, DType type) {
  if (type == ElementKind::string) return Tensor(type, {});
  if (!types::kComplex.has(type.kind())) return ops::from_doubles({value}, {}, type);
  const ElementKind part = type == ElementKind::c64 ? ElementKind::f32 : ElementKind::f64;
  const auto parts = std::make_shared<Tensor>(ops::from_doubles({value, 0}, {2}, dtype_of(part)));
  return Tensor(type, {}, parts->bytes(), parts);
}

/// Output elements copy one input element, or take the extrapolation value.
Tensor choose(const Tensor& x, const Shape& shape, const std::vector<Taps>& taps,
              double extrapolation) {
  const Shape strides = strides_of(x.shape());
  const Tensor outside = scalar_of(extrapolation, x.type());
  ops::ElementCopier y(x.type(), shape);
  const std::int64_t count = element_count(shape);
  Shape at(shape.size(), 0);
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t from = 0;
    for (std::size_t d = 0; d < at.size() && from >= 0; ++d) {
      const auto& tap = taps[d][static_cast<std::size_t>(at[d])];
      from = tap.empty() ? -1 : from + tap.front().index * strides[d];
    }
    y.put(i, from < 0 ? outside : x, from < 0 ? 0 : from);
    for (std::size_t d = at.size(); d-- > 0;) {
      if (++at[d] < shape[d]) break;
      at[d] = 0;
    }
  }
  return y.take();
}

/// One dimension of v, which has shape `shape`, interpolated; what lies outside becomes 0.
std::vector<double> interpolate(const std::vector<double>& v, Shape& shape, std::size_t d,
                                const Taps& taps) {
  const ops::AxisView from(shape, d);
  shape[d] = static_cast<std::int64_t>(taps.size());
  const ops::AxisView to(shape, d);
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  parallel_for(to.outer * to.size, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      double* out = y.data() + r * to.inner;
      for (const ops::ResizeTap& t : taps[static_cast<std::size_t>(r % to.size)]) {
        const double* in = v.data() + from.at(r / to.size, t.index, 0);
        for (std::int64_t i = 0; i < to.inner; ++i) out[i] += t.weight * in[i];
      }
    }
  });
  return y;
}

/// Positions without taps along dimension d take the value.
void fill_outside(std::vector<double>& v, const Shape& shape, std::size_t d, const Taps& taps,
                  double value) {
  const ops::AxisView view(shape, d);
  for (std::int64_t k = 0; k < view.size; ++k) {
    if (!taps[static_cast<std::size_t>(k)].empty()) continue;
    for (std::int64_t o = 0; o < view.outer; ++o) {
      for (std::int64_t i = 0; i < view.inner; ++i) v[view.at(o, k, i)] = value;
    }
  }
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const ops::ResizePlan plan = ops::read_resize(call, x.rank());
  const auto sizes = call.has_input(3) ? call.input(3).to_ints() : Shape{};
  const auto roi = plan.crops() ? floats_of(call, 1) : std::vector<float>{};
  const auto axes = ops::resize_axes(call, plan, x.shape(), floats_of(call, 2), sizes, roi);
  Shape shape;
  for (const ops::ResizeAxis& axis : axes) shape.push_back(axis.out);
  Tensor room(x.type(), shape);  // too large is an error before anything else is made
  if (room.empty()) {
    call.set_output(0, std::move(room));
    return;
  }
  std::vector<Taps> taps;
  for (std::size_t d = 0; d < axes.size(); ++d) {
    const bool resized = std::find(plan.axes.begin(), plan.axes.end(), d) != plan.axes.end();
    taps.push_back(resized ? ops::resize_taps(plan, axes[d]) : Taps());
    for (std::int64_t i = 0; !resized && i < axes[d].out; ++i) taps[d].push_back({{i, 1}});
  }
  if (plan.mode == ops::ResizePlan::Mode::nearest) {
    call.set_output(0, choose(x, shape, taps, plan.extrapolation));
    return;
  }
  std::vector<double> v = x.to_doubles();
  Shape at = x.shape();
  for (const std::size_t d : plan.axes) v = interpolate(v, at, d, taps[d]);
  for (const std::size_t d : plan.axes) fill_outside(v, at, d, taps[d], plan.extrapolation);
  if (x.type().is_integer()) {
    for (double& value : v) value = std::trunc(value);
  }
  call.set_output(0, ops::from_doubles(v, shape, x.type()));
}

Cost cost(const ShapeContext& c) {
  const std::string mode = c.attr_string("mode");
  return ops::per_output(c, mode == "nearest" ? 0 : mode == "linear" ? 8 : 32);
}

void gradient(GradientContext& g) {
  std::vector<Value*> inputs = {g.dy(0), g.shape_of(g.x(0))};
  for (std::size_t i = 1; i < g.node().inputs().size(); ++i) inputs.push_back(g.x(i));
  g.set_dx(0, g.op("ResizeGradient", inputs, g.node().attributes(), "pare"));
}

}  // namespace

/// x sampled on another grid: the nearest element, or linear or cubic interpolation, dimension by
/// dimension. Shapes: x any; scales or sizes one value per axis of `axes` (all by default) -> y
/// floor(x * scale) or the sizes. Interpolated integers lose their fraction.
/// Source: ONNX Resize, version 19.
OpDefs op_resize() {
  OpDef def("Resize", 19);
  def.input("X", types::kAll, "T1")
      .optional_input("roi", {ElementKind::f16, ElementKind::f32, ElementKind::f64}, "T2")
      .optional_input("scales", {ElementKind::f32}, "tensor(float)")
      .optional_input("sizes", {ElementKind::i64}, "tensor(int64)")
      .output("Y", types::kAll, "T1")
      .define(infer, reference, cost)
      .differentiable(gradient);
  ops::add_resize_attributes(def);
  return def;
}

}  // namespace pare
