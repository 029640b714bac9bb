#include "ops/_conv.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) { ops::shape_input_infer(c, 2); }

void reference(OpCall& call) {
  const Tensor& dy = call.input(0);
  const Tensor& w = call.input(1);
  const Shape shape = ops::shape_input(call, 2, w.rank());
  const ops::ConvPlan plan = ops::plan_conv(call, shape, w.shape());
  ops::want_shape(call, dy, plan.output_shape(), "dy");
  Tensor sum(ElementKind::f64, shape);
  const std::vector<double> out = dy.to_doubles();
  const std::vector<double> weights = w.to_doubles();
  const std::int64_t positions = plan.walk.out_count();
  const std::int64_t depth = plan.channels / plan.group;
  const std::int64_t maps = plan.maps / plan.group;
  const std::int64_t kernel = plan.walk.kernel_count();
  const std::int64_t in_count = plan.walk.in_count();
  double* dx = sum.mutable_data<double>().data();
  // Each plane of x is summed by one thread, in one order.
  const std::int64_t planes = sum.empty() ? 0 : plan.batch * plan.channels;
  parallel_for(planes, 4, [&](std::int64_t begin, std::int64_t end) {
    ops::WindowWalk walk = plan.walk;
    std::vector<ops::Tap> taps;
    for (std::int64_t p = 0; p < positions; ++p) {
      walk.taps(p, taps);
      for (std::int64_t plane = begin; plane < end; ++plane) {
        const std::int64_t b = plane / plan.channels;
        const std::int64_t c = plane % plan.channels;
        for (std::int64_t m = c / depth * maps; m < (c / depth + 1) * maps; ++m) {
          const double flow = out[(b * plan.maps + m) * positions + p];
          const double* from = weights.data() + (m * depth + c % depth) * kernel;
          for (const ops::Tap& t : taps) dx[plane * in_count + t.in] += flow * from[t.kernel];
        }
      }
    }
  });
  call.set_output(0, sum.cast(dy.type()));
}

Cost cost(const ShapeContext& c) {
  const SymShape* w = c.input_shape(1);
  if (w == nullptr || w->empty() || !w->front().is_number() || w->front().is(0)) return {};
  const double macs = ops::value_count(c.input(0)) * ops::value_count(c.input(1)) /
                      static_cast<double>(w->front().number());
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

}  // namespace

/// Gradient of the input of a Conv with these attributes: every dy adds itself times the kernel to
/// the elements of x that it was made from. ConvTranspose does the same where the sizes are known;
/// this one takes that of x when it runs. Shapes: dy [B, M, spatial'], w [M, C / group, kernel],
/// shape = that of x [B, C, spatial] -> dx. Errors: Fault::corrupt for shapes that do not fit.
OpDefs op_conv_input_gradient() {
  OpDef def("pare", "ConvInputGradient", 1);
  def.input("dY", types::kFloat)
      .input("W", types::kFloat)
      .input("shape", {ElementKind::i64}, "tensor(int64)")
      .output("dX", types::kFloat);
  return ops::conv_attributes(def).define(infer, reference, cost);
}

}  // namespace pare
