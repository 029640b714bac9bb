#include <cmath>

#include "base/checked.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

enum Input : std::size_t { kX, kWeight, kBias, kPast };

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};

/// Is the result multiplied by its sigmoid?
bool has_swish(const AttributeReader& a) {
  const std::string name = a.attr_string("activation");
  if (name != "none" && name != "silu" && name != "swish") {
    a.fail(cat("activation '", name, "' is not one of none, silu, swish"));
  }
  return name != "none";
}

/// Distance of the taps, an attribute of com.microsoft.
std::int64_t dilation(const AttributeReader& a) {
  const std::int64_t d = a.has_attr("dilation") ? a.attr_int("dilation") : 1;
  if (d < 1) a.fail(cat("dilation is ", d));
  return d;
}

void refuse_what_is_not_there(const AttributeReader& a) {
  if (a.def().domain.empty()) return;
  const char* what = a.attr_int("ndim") != 1            ? "more than one dimension"
                     : a.attr_int("channels_last") != 0 ? "channels behind the tokens"
                     : a.attr_int("state_window") != 0  ? "states of several tokens"
                                                        : nullptr;
  if (what != nullptr) throw Error(Fault::unsupported, cat(a.node().label(), ": ", what));
}

void infer(ShapeContext& c) {
  refuse_what_is_not_there(c);
  (void)has_swish(c);
  const SymShape* x = c.input_shape(kX);
  const SymShape* w = c.input_shape(kWeight);
  if (x != nullptr && x->size() != 3) c.fail(cat("input has shape ", to_string(*x)));
  if (w != nullptr && w->size() != 3) c.fail(cat("weight has shape ", to_string(*w)));
  if (x != nullptr && w != nullptr) ops::want_equal(c, (*w)[0], (*x)[1], "the weight's channels");
  c.set_output(0, c.input(kX));
  if (c.output_count() < 2) return;
  SymShape state(3);
  if (x != nullptr) {
    state[0] = (*x)[0];
    state[1] = (*x)[1];
  }
  if (w != nullptr) state[2] = ((*w)[2] - Dim(1)) * Dim(dilation(c));
  c.set_output(1, c.input_dtype(kX), state);
}

/// Rows of the past and the input joined, [batch * channels, reach + length].
std::vector<double> joined(const OpCall& call, std::int64_t reach) {
  const Tensor& x = call.input(kX);
  const Shape past_shape = {x.dim(0), x.dim(1), reach};
  const auto before = static_cast<std::size_t>(reach);
  const auto length = static_cast<std::size_t>(x.dim(2));
  std::vector<double> past(static_cast<std::size_t>(element_count(past_shape)));
  if (call.has_input(kPast)) {
    ops::want_shape(call, call.input(kPast), past_shape, "past_state");
    past = call.input(kPast).to_doubles();
  }
  const std::vector<double> now = x.to_doubles();
  std::vector<double> all;
  all.reserve(past.size() + now.size());
  const std::int64_t rows = past.empty() && now.empty() ? 0 : x.dim(0) * x.dim(1);
  for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
    for (std::size_t i = 0; i < before; ++i) all.push_back(past[r * before + i]);
    for (std::size_t i = 0; i < length; ++i) all.push_back(now[r * length + i]);
  }
  return all;
}

void reference(OpCall& call) {
  refuse_what_is_not_there(call);
  const bool swish = has_swish(call);
  const Tensor& x = call.input(kX);
  const Tensor& weight = call.input(kWeight);
  ops::want_rank(call, x, 3, "input");
  ops::want_rank(call, weight, 3, "weight");
  const std::int64_t channels = x.dim(1);
  const std::int64_t taps = weight.dim(2);
  if (taps < 1) call.fail("a kernel of no values");
  ops::want_shape(call, weight, {channels, 1, taps}, "weight");
  std::vector<double> bias(static_cast<std::size_t>(channels), 0.0);
  if (call.has_input(kBias)) {
    ops::want_shape(call, call.input(kBias), {channels}, "bias");
    bias = call.input(kBias).to_doubles();
  }
  const std::vector<double> w = weight.to_doubles();
  const std::int64_t step = dilation(call);
  const std::int64_t reach = checked_mul(taps - 1, step);  // tokens before one that it sees
  const std::vector<double> all = joined(call, reach);
  const std::int64_t row = checked_add(reach, x.dim(2));
  std::vector<double> y(static_cast<std::size_t>(x.size()));
  std::vector<double> state;
  for (std::int64_t r = 0; row > 0 && r < static_cast<std::int64_t>(all.size()) / row; ++r) {
    const double* in = all.data() + r * row;
    const double* kernel = w.data() + r % channels * taps;
    for (std::int64_t t = 0; t < x.dim(2); ++t) {
      double sum = bias[static_cast<std::size_t>(r % channels)];
      for (std::int64_t k = 0; k < taps; ++k) sum += in[t + k * step] * kernel[k];
      y[static_cast<std::size_t>(r * x.dim(2) + t)] = swish ? sum / (1 + std::exp(-sum)) : sum;
    }
    state.insert(state.end(), in + x.dim(2), in + row);
  }
  call.set_output(0, ops::from_doubles(y, x.shape(), x.type()));
  if (call.wants_output(1)) {
    call.set_output(1, ops::from_doubles(state, {x.dim(0), channels, reach}, x.type()));
  }
}

Cost cost(const ShapeContext& c) {
  const SymShape* w = c.input_shape(kWeight);
  if (w == nullptr || w->size() != 3 || !(*w)[2].is_number()) return {};
  const double macs = ops::value_count(c.output(0).type) * static_cast<double>((*w)[2].number());
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

OpDef schema(const char* domain, int since) {
  return OpDef(domain, "CausalConvWithState", since)
      .input("input", kReal)
      .input("weight", kReal)
      .optional_input("bias", kReal)
      .optional_input("past_state", kReal)
      .output("output", kReal)
      .optional_output("present_state", kReal)
      .attribute("activation", std::string("none"), "none, silu or swish (the same)")
      .define(infer, reference, cost);
}

}  // namespace

/// y[t] = bias + sum_k w[k] x[t + (k - (K - 1)) dilation] for every channel alone, where x before
/// the input is past_state, or 0; with silu or swish times the sigmoid of that. Shapes: input
/// [B, C, L], weight [C, 1, K], bias [C], past_state [B, C, P], P = (K - 1) dilation -> output
/// [B, C, L], present_state [B, C, P], the last values of past and input. Errors: Fault::corrupt
/// for sizes that do not fit, Fault::unsupported for the other forms of com.microsoft. Source: ONNX
/// CausalConvWithState, version 27, and ONNX Runtime, ContribOperators.md, CausalConvWithState.
OpDefs op_causal_conv_with_state() {
  return {schema("", 27), schema("com.microsoft", 1)
                              .attribute("channels_last", std::int64_t{0}, "must be 0")
                              .attribute("dilation", std::int64_t{1}, "distance of the taps")
                              .attribute("ndim", std::int64_t{1}, "must be 1")
                              .attribute("state_window", std::int64_t{0}, "must be 0")};
}

}  // namespace pare
