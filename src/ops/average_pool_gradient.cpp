#include "ops/_gradient.hpp"
#include "ops/_pool.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) { ops::shape_input_infer(c, 1); }

void reference(OpCall& call) {
  const Tensor& dy = call.input(0);
  const Shape shape = ops::shape_input(call, 1, dy.rank());
  ops::WindowWalk walk = ops::plan_pool(call, shape);
  ops::want_shape(call, dy, ops::pool_shape(shape, walk), "dy");
  const bool sums = call.attr_int("sums") != 0;
  const bool with_padding = call.attr_int("count_include_pad") != 0;
  Tensor sum(ElementKind::f64, shape);
  const std::vector<double> out = dy.to_doubles();
  const std::int64_t in_count = walk.in_count();
  const std::int64_t out_count = walk.out_count();
  const std::int64_t planes = sum.empty() ? 0 : shape[0] * shape[1];
  const auto dx = sum.mutable_data<double>();
  std::vector<ops::Tap> taps;
  for (std::int64_t p = 0; planes > 0 && p < out_count; ++p) {
    const std::int64_t padded = walk.taps(p, taps);
    const auto n =
        static_cast<double>(with_padding ? padded : static_cast<std::int64_t>(taps.size()));
    for (std::int64_t i = 0; i < planes; ++i) {
      const double share = out[i * out_count + p] / (sums ? 1 : n);
      for (const ops::Tap& t : taps) dx[i * in_count + t.in] += share;
    }
  }
  call.set_output(0, sum.cast(dy.type()));
}

}  // namespace

/// Gradient of the input of an AveragePool with these attributes: every dy, divided by the number
/// its window was divided by (by 1 with `sums`), is added to the elements of the window. Shapes: dy
/// [B, C, spatial'], shape = that of x [B, C, spatial] -> dx. Errors: Fault::corrupt for shapes
/// that do not fit.
OpDefs op_average_pool_gradient() {
  OpDef def("pare", "AveragePoolGradient", 1);
  def.input("dY", types::kFloat)
      .input("shape", {ElementKind::i64}, "tensor(int64)")
      .output("dX", types::kFloat)
      .attribute("count_include_pad", std::int64_t{0}, "padding counts as zeros")
      .attribute("sums", std::int64_t{0}, "1: of the sum of every window, not of its mean");
  return ops::pool_attributes(def).define(infer, reference, ops::pool_cost);
}

}  // namespace pare
