#include "ops/_layout.hpp"
#include "ops/_pool.hpp"
#include "ops/_qlinear.hpp"

namespace pare {
namespace {

bool is_last(const AttributeReader& a) { return a.attr_int("channels_last") != 0; }

void infer(ShapeContext& c) {
  std::optional<SymShape> y;
  if (const SymShape* given = c.input_shape(0)) {
    const SymShape x = is_last(c) ? ops::channels_first(*given) : *given;
    if (x.size() < 3) c.fail(cat("X has shape ", to_string(*given), ", wanted at least rank 3"));
    y = ops::window_shape(c, ops::read_window(c, x.size() - 2), x, x[1]);
    if (is_last(c)) y = ops::channels_last(*y);
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& given = call.input(0);
  std::vector<double> x = ops::dequantized(call, 0);
  Shape x_shape = given.shape();
  if (is_last(call)) {
    x = ops::move_channels_first(x, x_shape);
    x_shape = ops::channels_first(x_shape);
  }
  const ops::WindowWalk walk = ops::plan_pool(call, x_shape);
  const bool with_padding = call.attr_int("count_include_pad") != 0;
  Shape shape = ops::pool_shape(x_shape, walk);
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  ops::for_each_window(walk, shape[0] * shape[1],
                       [&](std::int64_t plane, std::int64_t at, const std::vector<ops::Tap>& taps,
                           std::int64_t padded) {
                         double sum = 0;
                         for (const ops::Tap& t : taps) sum += x[plane * walk.in_count() + t.in];
                         const auto n = with_padding ? static_cast<double>(padded)
                                                     : static_cast<double>(taps.size());
                         y[plane * walk.out_count() + at] = n > 0 ? sum / n : 0;
                       });
  if (is_last(call)) {
    y = ops::move_channels_last(y, shape);
    shape = ops::channels_last(shape);
  }
  call.set_output(0, ops::requantized(call, y, shape, 3, given.type()));
}

}  // namespace

/// Y = quantize(mean of dequantize(X) over every window); padding counts as zeros with
/// count_include_pad, else not at all. Shapes: X [B, C, spatial] -> Y [B, C, spatial'], with
/// channels_last [B, spatial, C]. Source: ONNX Runtime, ContribOperators.md, QLinearAveragePool.
OpDefs op_q_linear_average_pool() {
  OpDef def = ops::qlinear_unary_def("QLinearAveragePool", reference);
  def.required_attribute("kernel_shape", AttributeKind::integers, "size of the window")
      .attribute("ceil_mode", std::int64_t{0}, "the last window may reach over the end")
      .attribute("count_include_pad", std::int64_t{0}, "padding counts as zeros")
      .attribute("channels_last", std::int64_t{0}, "1: the channels are the last dimension");
  return ops::window_attributes(def, false).define(infer, reference, ops::pool_cost);
}

}  // namespace pare
