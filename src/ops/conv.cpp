#include "ops/_conv.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(0), ops::conv_shape(c, c.input_shape(0), c.input_shape(1)));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& w = call.input(1);
  const ops::ConvPlan plan = ops::plan_conv(call, x.shape(), w.shape());
  const Shape shape = plan.output_shape();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  if (call.has_input(2)) {
    ops::want_shape(call, call.input(2), {plan.maps}, "the bias");
    const std::vector<double> bias = call.input(2).to_doubles();
    const std::int64_t inner = plan.walk.out_count();
    for (std::int64_t i = 0; i < element_count(shape); ++i) y[i] = bias[i / inner % plan.maps];
  }
  ops::convolve(plan, x.to_doubles(), w.to_doubles(), y);
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::conv_cost(c, 1); }

/// Padding as numbers, so that the transpose has exactly the size of x; nullptr when that needs
/// sizes that are not known.
Value* transposed_conv(GradientContext& g) {
  const auto x = g.x(0)->known_shape();
  const auto w = g.x(1)->known_shape();
  if (!x || !w || x->size() < 3) return nullptr;
  const ops::ConvPlan plan = ops::plan_conv(g, *x, *w);
  const std::size_t n = x->size() - 2;
  const ops::Window window = ops::read_window(g, n, Shape(w->begin() + 2, w->end()));
  Shape pads(2 * n);
  Shape extra(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t reach = (plan.walk.out()[i] - 1) * window.strides[i] + window.extent(i);
    pads[i] = plan.walk.begin()[i];
    const std::int64_t over = reach - pads[i] - (*x)[i + 2];
    pads[n + i] = std::max<std::int64_t>(over, 0);
    extra[i] = std::max<std::int64_t>(-over, 0);
  }
  return g.op("ConvTranspose", {g.dy(0), g.x(1)},
              {{"strides", window.strides},
               {"dilations", window.dilations},
               {"group", plan.group},
               {"pads", pads},
               {"output_padding", extra}});
}

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* w = g.x(1);
  if (g.wants(0)) {
    Value* dx = transposed_conv(g);
    if (dx == nullptr) {
      dx = g.op("ConvInputGradient", {g.dy(0), w, g.shape_of(x)}, g.node().attributes(), "pare");
    }
    g.set_dx(0, dx);
  }
  if (g.wants(1)) {
    g.set_dx(
        1, g.op("ConvWeightGradient", {x, g.dy(0), g.shape_of(w)}, g.node().attributes(), "pare"));
  }
  if (g.wants(2)) {
    g.set_dx(2, g.sum(g.dy(0), ops::all_but_channels(g.rank(g.dy(0))), /*keep=*/false));
  }
}

}  // namespace

/// y = convolution of x with w, plus b. Shapes: x [B, C, spatial], w [M, C / group, kernel],
/// b [M] -> y [B, M, spatial']. Source: ONNX Conv, version 22.
OpDefs op_conv() {
  OpDef def("Conv", 22);
  def.input("X", types::kFloat)
      .input("W", types::kFloat)
      .optional_input("B", types::kFloat)
      .output("Y", types::kFloat);
  return ops::conv_attributes(def).define(infer, reference, cost).differentiable(gradient);
}

}  // namespace pare
