#include "ops/_conv.hpp"
#include "ops/_layout.hpp"
#include "ops/_qlinear.hpp"

namespace pare {
namespace {

enum Input : std::size_t { kX, kXScale, kXZero, kW, kWScale, kWZero, kYScale, kYZero, kBias };

bool is_last(const AttributeReader& a) {
  return a.def().find_attribute("channels_last") != nullptr && a.attr_int("channels_last") != 0;
}

void infer(ShapeContext& c) {
  std::optional<SymShape> y;
  if (const SymShape* given = c.input_shape(kX)) {
    const SymShape x = is_last(c) ? ops::channels_first(*given) : *given;
    y = ops::conv_shape(c, &x, c.input_shape(kW));
    if (y && is_last(c)) y = ops::channels_last(*y);
  }
  c.set_output(0, c.input_dtype(kYZero), y);
}

/// What one code of the sums is worth, by map.
std::vector<double> sum_scales(const OpCall& call, std::int64_t maps) {
  if (call.input(kXScale).size() != 1) {
    call.fail(cat("x_scale has shape ", to_string(call.input(kXScale).shape())));
  }
  const double x = call.input(kXScale).to_doubles()[0];
  std::vector<double> w = call.input(kWScale).to_doubles();
  if (w.size() == 1) w.assign(static_cast<std::size_t>(maps), w[0]);
  if (static_cast<std::int64_t>(w.size()) != maps) {
    call.fail(cat("w_scale has ", w.size(), " values, wanted 1 or ", maps));
  }
  for (double& s : w) s *= x;
  return w;
}

void reference(OpCall& call) {
  const Tensor& given = call.input(kX);
  const Tensor& w = call.input(kW);
  std::vector<std::uint64_t> x = ops::to_wrapping(given);
  ops::subtract_zero(x, call, kXZero, {});
  Shape x_shape = given.shape();
  if (is_last(call)) {
    x = ops::move_channels_first(x, x_shape);
    x_shape = ops::channels_first(x_shape);
  }
  const ops::ConvPlan plan = ops::plan_conv(call, x_shape, w.shape());
  std::vector<std::uint64_t> weights = ops::to_wrapping(w);
  ops::subtract_zero(weights, call, kWZero, {plan.maps, ops::inner_size(w.shape(), 0)});
  Shape shape = plan.output_shape();
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(element_count(shape)));
  const auto inner = static_cast<std::size_t>(plan.walk.out_count());
  const auto map_of = [&](std::size_t i) {
    return i / inner % static_cast<std::size_t>(plan.maps);
  };
  if (call.has_input(kBias)) {
    ops::want_shape(call, call.input(kBias), {plan.maps}, "the bias");
    const std::vector<std::uint64_t> bias = ops::to_wrapping(call.input(kBias));
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = bias[map_of(i)];
  }
  ops::convolve(plan, x, weights, sums);
  const std::vector<double> scales = sum_scales(call, plan.maps);
  std::vector<double> y(sums.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] = static_cast<double>(static_cast<std::int64_t>(sums[i])) * scales[map_of(i)];
  }
  if (is_last(call)) {
    y = ops::move_channels_last(y, shape);
    shape = ops::channels_last(shape);
  }
  call.set_output(0, ops::requantized(call, y, shape, kYScale, call.input(kYZero).type()));
}

Cost cost(const ShapeContext& c) { return ops::conv_cost(c, kW); }

OpDef schema(const char* domain, int since) {
  constexpr TypeSet kScale = {ElementKind::f32};
  OpDef def(domain, "QLinearConv", since);
  def.input("x", ops::kByteCodes, "T1")
      .input("x_scale", kScale, "tensor(float)")
      .input("x_zero_point", ops::kByteCodes, "T1")
      .input("w", ops::kByteCodes, "T2")
      .input("w_scale", kScale, "tensor(float)")
      .input("w_zero_point", ops::kByteCodes, "T2")
      .input("y_scale", kScale, "tensor(float)")
      .input("y_zero_point", ops::kByteCodes, "T3")
      .optional_input("B", {ElementKind::i32}, "T4")
      .output("y", ops::kByteCodes, "T3");
  return ops::conv_attributes(def).define(infer, reference, cost);
}

}  // namespace

/// y = quantize(convolution of dequantize(x) with dequantize(w), plus B x_scale w_scale); sums are
/// exact, padding is the zero point. Shapes: x [B, C, spatial], w [M, C / group, kernel], w_scale
/// and w_zero_point [] or [M], B [M] -> y [B, M, spatial']. That of com.microsoft may have x and y
/// with channels last. Source: ONNX QLinearConv, version 10; ONNX Runtime, ContribOperators.md.
OpDefs op_q_linear_conv() {
  return {schema("", 10), schema("com.microsoft", 1)
                              .attribute("channels_last", std::int64_t{0},
                                         "1: x and y have their channels in the last dimension")};
}

}  // namespace pare
