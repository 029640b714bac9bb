#include "ops/_broadcast.hpp"
#include "ops/_group_norm.hpp"

namespace pare {
namespace {

constexpr TypeSet kReal = {ElementKind::f16, ElementKind::f32};

enum Input : std::size_t { kX, kGamma, kBeta, kSkip, kBias };

void infer(ShapeContext& c) {
  ops::contrib_group_norm_infer(c);
  if (c.output_count() > 1) c.set_output(1, c.input(kX));
}

/// Adds `values` of that shape, broadcast to the shape of X.
void add(std::vector<double>& sum, const Tensor& values, const Shape& as, const Shape& to) {
  const std::vector<double> v = values.to_doubles();
  const std::vector<std::int64_t> from = ops::broadcast_offsets(as, to);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += v[static_cast<std::size_t>(from[i])];
}

void reference(OpCall& call) {
  const Tensor& x = call.input(kX);
  const Tensor& skip = call.input(kSkip);
  if (x.rank() < 3) call.fail(cat("X has shape ", to_string(x.shape()), ", wanted rank 3 or more"));
  const std::size_t axis = call.attr_int("channels_last") != 0 ? x.rank() - 1 : 1;
  Shape channels(x.rank(), 1);
  channels[axis] = x.dim(axis);
  Shape samples = channels;
  samples[0] = x.dim(0);
  const bool whole = skip.shape() == x.shape();
  if (!whole && skip.shape() != samples && skip.shape() != Shape{x.dim(0), x.dim(axis)}) {
    call.fail(cat("skip has shape ", to_string(skip.shape()), " for ", to_string(x.shape())));
  }
  std::vector<double> sum = x.to_doubles();
  add(sum, skip, whole ? x.shape() : samples, x.shape());
  if (call.has_input(kBias)) {
    ops::want_shape(call, call.input(kBias), {x.dim(axis)}, "bias");
    add(sum, call.input(kBias), channels, x.shape());
  }
  call.set_output(0, ops::contrib_group_norm(call, sum));
  if (call.wants_output(1)) call.set_output(1, ops::from_doubles(sum, x.shape(), x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 10); }

}  // namespace

/// S = X + skip + bias, and Y = GroupNorm of S. Shapes: X [N, H, W, C] (or, with channels_last 0,
/// [N, C, H, W]), gamma, beta [C], skip as X, with one pixel, or [N, C], bias [C] -> Y and S as X.
/// Source: ONNX Runtime, ContribOperators.md, SkipGroupNorm.
OpDefs op_skip_group_norm() {
  OpDef def("com.microsoft", "SkipGroupNorm", 1);
  return ops::contrib_group_norm_schema(def)
      .input("skip", kReal)
      .optional_input("bias", kReal)
      .optional_output("S", kReal)
      .define(infer, reference, cost);
}

}  // namespace pare
