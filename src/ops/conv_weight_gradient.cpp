#include "ops/_conv.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) { ops::shape_input_infer(c, 2); }

/// Index of position `at` of `from` in the larger (or equal) sizes `to`.
std::int64_t place(std::int64_t at, const Shape& from, const Shape& to) {
  const Shape strides = strides_of(to);
  std::int64_t out = 0;
  for (std::size_t i = from.size(); i-- > 0;) {
    out += at % from[i] * strides[i];
    at /= from[i];
  }
  return out;
}

/// Checks dy [B, M, positions] against the convolution; returns its spatial sizes.
Shape spatial_of(const OpCall& call, const Tensor& dy, const ops::ConvPlan& plan) {
  const Shape full = plan.output_shape();
  bool fits = dy.rank() == full.size() && dy.dim(0) == full[0] && dy.dim(1) == full[1];
  for (std::size_t i = 2; fits && i < full.size(); ++i) fits = dy.dim(i) <= full[i];
  if (!fits) call.fail(cat("dy has shape ", to_string(dy.shape()), ", y ", to_string(full)));
  return {dy.shape().begin() + 2, dy.shape().end()};
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& dy = call.input(1);
  const Shape shape = ops::shape_input(call, 2, x.rank());
  const ops::ConvPlan plan = ops::plan_conv(call, x.shape(), shape);
  const Shape spatial = spatial_of(call, dy, plan);
  Tensor sum(ElementKind::f64, shape);
  const std::vector<double> in = x.to_doubles();
  const std::vector<double> out = dy.to_doubles();
  const std::int64_t positions = element_count(spatial);
  const std::int64_t depth = plan.channels / plan.group;
  const std::int64_t kernel = plan.walk.kernel_count();
  const std::int64_t in_count = plan.walk.in_count();
  double* dw = sum.mutable_data<double>().data();
  // Each map is summed by one thread, in one order.
  parallel_for(sum.empty() ? 0 : plan.maps, 4, [&](std::int64_t begin, std::int64_t end) {
    ops::WindowWalk walk = plan.walk;
    std::vector<ops::Tap> taps;
    for (std::int64_t p = 0; p < positions; ++p) {
      walk.taps(place(p, spatial, walk.out()), taps);
      for (std::int64_t m = begin; m < end; ++m) {
        const std::int64_t first = m / (plan.maps / plan.group) * depth;
        for (std::int64_t b = 0; b < plan.batch; ++b) {
          const double flow = out[(b * plan.maps + m) * positions + p];
          for (std::int64_t c = 0; c < depth; ++c) {
            const double* from = in.data() + (b * plan.channels + first + c) * in_count;
            double* to = dw + (m * depth + c) * kernel;
            for (const ops::Tap& t : taps) to[t.kernel] += flow * from[t.in];
          }
        }
      }
    }
  });
  call.set_output(0, sum.cast(x.type()));
}

Cost cost(const ShapeContext& c) {
  const SymShape* dy = c.input_shape(1);
  if (dy == nullptr || dy->size() < 2 || !(*dy)[1].is_number() || (*dy)[1].is(0)) return {};
  const double macs = ops::value_count(c.input(1)) * ops::value_count(c.output(0).type) /
                      static_cast<double>((*dy)[1].number());
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

}  // namespace

/// Gradient of the weights of a Conv with these attributes: dw[m, c, k] = sum over b and p of
/// dy[b, m, p] * x[b, c, p * stride + k * dilation - pad]. Shapes: x [B, C, spatial], dy [B, M,
/// spatial'], shape = that of the weights [M, C / group, kernel] -> dw. dy may lack positions at
/// the end: they count as 0. Errors: Fault::corrupt for shapes that do not fit.
OpDefs op_conv_weight_gradient() {
  OpDef def("pare", "ConvWeightGradient", 1);
  def.input("X", types::kFloat)
      .input("dY", types::kFloat)
      .input("shape", {ElementKind::i64}, "tensor(int64)")
      .output("dW", types::kFloat);
  return ops::conv_attributes(def).define(infer, reference, cost);
}

}  // namespace pare
