#include "base/threads.hpp"
#include "ops/_grid_sample.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  (void)ops::read_sample_setup(c);
  if (c.input_shape(0) != nullptr && c.input_shape(1) != nullptr) {
    ops::check_sample_shapes(c, *c.input_shape(0), *c.input_shape(1));
  }
  c.set_output(0, c.input(0));
  if (c.output_count() > 1) c.set_output(1, c.input(1));
}

/// Adds `flow`, weighed, to all taps: dimension d and behind.
void scatter(double* plane, const std::vector<ops::SampleLine>& lines, const Shape& size,
             std::size_t d, std::int64_t at, double flow) {
  if (d == lines.size()) {
    plane[at] += flow;
    return;
  }
  for (int k = 0; k < lines[d].count; ++k) {
    if (lines[d].index[k] < 0 || lines[d].weight[k] == 0) continue;
    scatter(plane, lines, size, d + 1, at * size[d] + lines[d].index[k], flow * lines[d].weight[k]);
  }
}

/// One point of one image: its lines, and those with the slopes of dimension d for weights.
struct Lines {
  std::vector<ops::SampleLine> plain;
  std::vector<std::vector<ops::SampleLine>> turned;
};

Lines lines_at(const ops::SampleSetup& setup, const double* place, const Shape& size) {
  Lines lines;
  const std::size_t rank = size.size();
  for (std::size_t d = 0; d < rank; ++d) {  // the grid names the last dimension first
    lines.plain.push_back(ops::sample_line(setup, place[rank - 1 - d], size[d]));
  }
  lines.turned.assign(rank, lines.plain);
  for (std::size_t d = 0; d < rank; ++d) lines.turned[d][d].weight = lines.plain[d].slope;
  return lines;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& grid = call.input(1);
  const Tensor& dy = call.input(2);
  const ops::SampleSetup setup = ops::read_sample_setup(call);
  ops::check_sample_shapes(call, to_symbolic(x.shape()), to_symbolic(grid.shape()));
  const Shape size(x.shape().begin() + 2, x.shape().end());
  Shape shape = {x.dim(0), x.dim(1)};
  shape.insert(shape.end(), grid.shape().begin() + 1, grid.shape().end() - 1);
  ops::want_shape(call, dy, shape, "dy");
  const auto rank = static_cast<std::int64_t>(size.size());
  const std::int64_t planes = x.dim(1);
  const std::int64_t in_count = element_count(size);
  if (in_count == 0 && !dy.empty()) call.fail("nothing to sample");
  const std::int64_t points = x.dim(0) > 0 ? grid.size() / (x.dim(0) * rank) : 0;
  const std::vector<double> in = x.to_doubles();
  const std::vector<double> at = grid.to_doubles();
  const std::vector<double> out = dy.to_doubles();
  const bool with_grid = call.wants_output(1);
  std::vector<double> dx(in.size());
  std::vector<double> dgrid(at.size());
  // Images run in parallel: their points add to elements of their own.
  parallel_for(dy.empty() ? 0 : x.dim(0), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin * points; p < end * points; ++p) {
      const Lines lines = lines_at(setup, at.data() + p * rank, size);
      for (std::int64_t c = 0; c < planes; ++c) {
        const std::int64_t plane = p / points * planes + c;
        const double flow = out[plane * points + p % points];
        scatter(dx.data() + plane * in_count, lines.plain, size, 0, 0, flow);
        for (std::int64_t d = 0; with_grid && d < rank; ++d) {
          dgrid[p * rank + rank - 1 - d] +=
              flow * ops::gather_sample(in.data() + plane * in_count, lines.turned[d], size);
        }
      }
    }
  });
  call.set_output(0, ops::from_doubles(dx, x.shape(), x.type()));
  if (with_grid) call.set_output(1, ops::from_doubles(dgrid, grid.shape(), grid.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_input(c, 48); }

}  // namespace

/// Gradients of x and of the grid of a GridSample with these attributes. The nearest element has no
/// slope with respect to the grid, and what padding `border` clamps has none either. Shapes: x [N,
/// C, D1 .. Dr], grid [N, O1 .. Or, r], dy [N, C, O1 .. Or] -> dx as x, dgrid as grid. Errors:
/// Fault::corrupt for shapes that do not fit.
OpDefs op_grid_sample_gradient() {
  return OpDef("pare", "GridSampleGradient", 1)
      .input("X", types::kFloat, "T1")
      .input("grid", types::kFloat, "T2")
      .input("dY", types::kFloat, "T1")
      .output("dX", types::kFloat, "T1")
      .optional_output("dgrid", types::kFloat, "T2")
      .attribute("align_corners", std::int64_t{0}, "-1 and 1 are the middles of the outer pixels")
      .attribute("mode", std::string("linear"), "linear, nearest or cubic")
      .attribute("padding_mode", std::string("zeros"), "zeros, border or reflection")
      .define(infer, reference, cost);
}

}  // namespace pare
