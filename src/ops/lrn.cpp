#include <algorithm>
#include <cmath>

#include "ops/_axes.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

void check(const AttributeReader& a, std::size_t rank) {
  if (rank < 2) a.fail(cat("the input has rank ", rank, ", wanted 2 or more"));
  if (a.attr_int("size") < 1) a.fail(cat("size is ", a.attr_int("size")));
}

void infer(ShapeContext& c) {
  if (const SymShape* x = c.input_shape(0)) check(c, x->size());
  c.set_output(0, c.input(0));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  check(call, x.rank());
  const std::int64_t size = call.attr_int("size");
  const auto alpha = static_cast<double>(call.attr_float("alpha"));
  const auto beta = static_cast<double>(call.attr_float("beta"));
  const auto bias = static_cast<double>(call.attr_float("bias"));
  const ops::AxisView view(x.shape(), 1);
  const std::int64_t before = std::min((size - 1) / 2, view.size);
  const std::int64_t after = std::min(size - 1 - (size - 1) / 2, view.size);
  const std::vector<double> in = x.to_doubles();
  std::vector<double> y(in.size());
  for (std::int64_t o = 0; o < view.outer; ++o) {
    for (std::int64_t c = 0; c < view.size; ++c) {
      const std::int64_t last = std::min(view.size - 1, c + after);
      for (std::int64_t i = 0; i < view.inner; ++i) {
        double sum = 0;
        for (std::int64_t k = std::max<std::int64_t>(0, c - before); k <= last; ++k) {
          sum += in[view.at(o, k, i)] * in[view.at(o, k, i)];
        }
        const double base = bias + alpha / static_cast<double>(size) * sum;
        y[view.at(o, c, i)] = in[view.at(o, c, i)] / std::pow(base, beta);
      }
    }
  }
  call.set_output(0, ops::from_doubles(y, x.shape(), x.type()));
}

Cost cost(const ShapeContext& c) {
  return ops::per_output(c, 2 * static_cast<double>(c.attr_int("size")) + 5);
}

/// Sums over `size` neighbouring channels; `turned`: over those whose neighbour this one is.
Value* window_sum(GradientContext& g, Value* v, bool turned) {
  const std::int64_t size = g.attr_int("size");
  std::int64_t before = (size - 1) / 2;
  std::int64_t after = size - 1 - before;
  if (turned) std::swap(before, after);
  Value* planes = g.unsqueeze(g.reshape(v, {0, 0, -1}), {1});  // [N, 1, C, rest]
  Value* mean = g.op("AveragePool", {planes},
                     {{"kernel_shape", Shape{size, 1}},
                      {"pads", Shape{before, 0, after, 0}},
                      {"count_include_pad", std::int64_t{1}}});
  return g.mul(g.reshape_like(mean, v), static_cast<double>(size));
}

/// y = x s^-beta with s = bias + alpha / size * sum of squares around.
void gradient(GradientContext& g) {
  Value* x = g.x(0);
  check(g, g.rank(x));
  const double size = static_cast<double>(g.attr_int("size"));
  const auto alpha = static_cast<double>(g.attr_float("alpha")) / size;
  const auto beta = static_cast<double>(g.attr_float("beta"));
  Value* sums = g.mul(window_sum(g, g.square(x), false), alpha);
  Value* s = g.add(sums, static_cast<double>(g.attr_float("bias")));
  Value* scaled = g.mul(g.dy(0), g.op("Pow", {s, g.number(-beta, s)}));
  Value* part = window_sum(g, g.div(g.mul(scaled, x), s), true);
  g.set_dx(0, g.sub(scaled, g.mul(g.mul(x, part), 2 * alpha * beta)));
}

}  // namespace

/// y = x / (bias + alpha / size * sum of the squares of `size` channels around)^beta; of an even
/// size the longer half lies behind. Shapes: x [N, C, ...] -> y as x. Source: ONNX LRN, version 13.
OpDefs op_lrn() {
  return OpDef("LRN", 13)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 1e-4F, "factor of the mean square")
      .attribute("beta", 0.75F, "exponent")
      .attribute("bias", 1.0F, "added to the mean square")
      .required_attribute("size", AttributeKind::integer, "channels that count")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
