#include <algorithm>

#include "ops/_layout.hpp"
#include "ops/_pool.hpp"
#include "ops/_qlinear.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  std::optional<SymShape> y;
  if (const SymShape* given = c.input_shape(0)) {
    const SymShape x = ops::channels_first(*given);
    if (x.size() < 3) c.fail(cat("x has shape ", to_string(*given), ", wanted at least rank 3"));
    y = ops::channels_last(ops::window_shape(c, ops::read_window(c, x.size() - 2), x, x[1]));
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& given = call.input(0);
  const Shape x_shape = ops::channels_first(given.shape());
  const ops::WindowWalk walk = ops::plan_pool(call, x_shape);
  const std::vector<double> x = ops::move_channels_first(given.to_doubles(), given.shape());
  const Shape shape = ops::pool_shape(x_shape, walk);
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  const double least = given.type().info().min;
  ops::for_each_window(walk, shape[0] * shape[1],
                       [&](std::int64_t plane, std::int64_t at, const std::vector<ops::Tap>& taps,
                           std::int64_t /*padded*/) {
                         double peak = least;
                         for (const ops::Tap& t : taps) {
                           peak = std::max(peak, x[plane * walk.in_count() + t.in]);
                         }
                         y[plane * walk.out_count() + at] = peak;
                       });
  call.set_output(0, ops::from_doubles(ops::move_channels_last(y, shape), ops::channels_last(shape),
                                       given.type()));
}

}  // namespace

/// Greatest code of every window of an image whose channels are the last dimension. Shapes:
/// x [B, spatial, C] -> y [B, spatial', C]. Source: ONNX Runtime, ContribOperators.md, NhwcMaxPool.
OpDefs op_nhwc_max_pool() {
  OpDef def("com.microsoft", "NhwcMaxPool", 1);
  def.input("x", ops::kByteCodes).output("y", ops::kByteCodes);
  return ops::pool_attributes(def).define(infer, reference, ops::pool_cost);
}

}  // namespace pare
