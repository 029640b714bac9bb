#include "ops/_biased.hpp"
#include "ops/_gelu.hpp"

namespace pare {
namespace {

constexpr TypeSet kReal = {ElementKind::f16, ElementKind::f32};

void infer(ShapeContext& c) {
  ops::biased_infer(c);
  const SymShape* x = c.input_shape(0);
  if (x == nullptr) return;
  SymShape y = *x;
  if (y.empty() || (y.back().is_number() && y.back().number() % 2 != 0)) {
    c.fail(cat("X has shape ", to_string(*x), ", wanted an even last dimension"));
  }
  y.back() = floor_div(y.back(), 2);
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  if (x.rank() == 0 || x.shape().back() % 2 != 0) {
    call.fail(cat("X has shape ", to_string(x.shape()), ", wanted an even last dimension"));
  }
  ops::want_shape(call, call.input(1), {x.shape().back()}, "the bias");
  const std::vector<double> v = x.to_doubles();
  const std::vector<double> bias = call.input(1).to_doubles();
  const std::size_t half = bias.size() / 2;
  Shape shape = x.shape();
  shape.back() /= 2;
  std::vector<double> y(v.size() / 2);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t column = i % half;
    const std::size_t left = i / half * 2 * half + column;
    y[i] = (v[left] + bias[column]) * ops::gelu(v[left + half] + bias[half + column]);
  }
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 8); }

}  // namespace

/// Y = left gelu(right) for the two halves of X + bias. Shapes: X [.., D], bias [D] -> Y [.., D /
/// 2]. Source: ONNX Runtime, ContribOperators.md, BiasSplitGelu.
OpDefs op_bias_split_gelu() {
  return OpDef("com.microsoft", "BiasSplitGelu", 1)
      .input("X", kReal)
      .input("bias", kReal)
      .output("Y", kReal)
      .define(infer, reference, cost);
}

}  // namespace pare
