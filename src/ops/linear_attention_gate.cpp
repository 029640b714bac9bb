#include <algorithm>
#include <cmath>

#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr TypeSet kReal = {ElementKind::f32, ElementKind::f16, ElementKind::bf16};

enum Input : std::size_t { kA, kBias, kScale, kB };

void infer(ShapeContext& c) {
  const SymShape* a = c.input_shape(kA);
  if (a != nullptr && a->empty()) c.fail("a is a scalar");
  for (const Input i : {kBias, kScale}) {
    const SymShape* s = c.input_shape(i);
    if (a == nullptr || s == nullptr) continue;
    if (s->size() != 1) c.fail(cat("input ", static_cast<int>(i), " has shape ", to_string(*s)));
    ops::want_equal(c, s->front(), a->back(), "the number of heads");
  }
  c.set_output(0, c.input(kA));
  if (c.output_count() > 1) c.set_output(1, c.input(kA));
}

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

void reference(OpCall& call) {
  const Tensor& a = call.input(kA);
  if (a.rank() == 0) call.fail("a is a scalar");
  ops::want_shape(call, call.input(kBias), {a.shape().back()}, "dt_bias");
  ops::want_shape(call, call.input(kScale), {a.shape().back()}, "decay_scale");
  const std::vector<double> bias = call.input(kBias).to_doubles();
  const std::vector<double> scale = call.input(kScale).to_doubles();
  std::vector<double> decay = a.to_doubles();
  for (std::size_t i = 0; i < decay.size(); ++i) {
    const std::size_t head = i % bias.size();
    decay[i] = scale[head] * softplus(decay[i] + bias[head]);
  }
  call.set_output(0, ops::from_doubles(decay, a.shape(), a.type()));
  if (!call.wants_output(1)) return;
  ops::want_shape(call, call.input(kB), a.shape(), "b");
  std::vector<double> beta = call.input(kB).to_doubles();
  for (double& x : beta) x = 1 / (1 + std::exp(-x));
  call.set_output(1, ops::from_doubles(beta, a.shape(), a.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 8); }

}  // namespace

/// The gates of LinearAttention: decay = decay_scale log(1 + exp(a + dt_bias)), beta = sigmoid(b).
/// Shapes: a and b [B, T, H], dt_bias and decay_scale [H] -> decay and beta [B, T, H]. Errors:
/// Fault::corrupt for other sizes, and for a beta without b. Source: ONNX Runtime,
/// ContribOperators.md, LinearAttentionGate.
OpDefs op_linear_attention_gate() {
  return OpDef("com.microsoft", "LinearAttentionGate", 1)
      .input("a", kReal)
      .input("dt_bias", {ElementKind::f32}, "TF")
      .input("decay_scale", {ElementKind::f32}, "TF")
      .optional_input("b", kReal)
      .output("decay", kReal)
      .optional_output("beta", kReal)
      .define(infer, reference, cost);
}

}  // namespace pare
