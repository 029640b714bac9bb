#include <cmath>

#include "base/threads.hpp"
#include "ops/_axes.hpp"
#include "ops/_gradient.hpp"
#include "ops/_grid_sample.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  (void)ops::read_sample_setup(c);
  const SymShape* x = c.input_shape(0);
  const SymShape* grid = c.input_shape(1);
  std::optional<SymShape> y;
  if (x != nullptr && grid != nullptr) {
    ops::check_sample_shapes(c, *x, *grid);
    y = SymShape{(*x)[0], (*x)[1]};
    y->insert(y->end(), grid->begin() + 1, grid->end() - 1);
  }
  c.set_output(0, c.input_dtype(0), y);
}

/// A grid over planes of one size.
struct Sampling {
  ops::SampleSetup setup;
  Shape size;   ///< of a plane
  Shape shape;  ///< of the result
  std::vector<double> grid;
  std::int64_t batch = 0, planes = 0, points = 0;

  /// Calls fn(plane, point, lines) for every point of the grid and every plane of its batch entry.
  template <class Fn>
  void for_each(const Fn& fn) const {
    const auto rank = static_cast<std::int64_t>(size.size());
    parallel_for(batch * points, 64, [&](std::int64_t begin, std::int64_t end) {
      std::vector<ops::SampleLine> lines(size.size());
      for (std::int64_t p = begin; p < end; ++p) {
        for (std::size_t d = 0; d < lines.size(); ++d) {  // the grid names the last dimension first
          const std::int64_t k = rank - 1 - static_cast<std::int64_t>(d);
          lines[d] = ops::sample_line(setup, grid[p * rank + k], size[d]);
        }
        for (std::int64_t c = 0; c < planes; ++c) fn(p / points * planes + c, p % points, lines);
      }
    });
  }
};

Sampling sampling_of(const OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& grid = call.input(1);
  ops::check_sample_shapes(call, to_symbolic(x.shape()), to_symbolic(grid.shape()));
  Sampling s;
  s.setup = ops::read_sample_setup(call);
  s.size.assign(x.shape().begin() + 2, x.shape().end());
  s.shape = {x.dim(0), x.dim(1)};
  s.shape.insert(s.shape.end(), grid.shape().begin() + 1, grid.shape().end() - 1);
  s.batch = x.dim(0);
  s.planes = x.dim(1);
  const auto rank = static_cast<std::int64_t>(s.size.size());
  s.points = x.dim(0) > 0 ? grid.size() / (x.dim(0) * rank) : 0;
  if (element_count(s.size) == 0 && element_count(s.shape) > 0) call.fail("nothing to sample");
  s.grid = grid.to_doubles();
  return s;
}

std::vector<double> interpolate(const Sampling& s, const std::vector<double>& x) {
  std::vector<double> y(static_cast<std::size_t>(element_count(s.shape)));
  const std::int64_t in_count = element_count(s.size);
  s.for_each([&](std::int64_t plane, std::int64_t point,
                 const std::vector<ops::SampleLine>& lines) {
    y[plane * s.points + point] = ops::gather_sample(x.data() + plane * in_count, lines, s.size);
  });
  return y;
}

/// The nearest elements as they are.
Tensor choose(const Sampling& s, const Tensor& x) {
  Tensor y(x.type(), s.shape);
  const std::int64_t in_count = element_count(s.size);
  s.for_each(
      [&](std::int64_t plane, std::int64_t point, const std::vector<ops::SampleLine>& lines) {
        std::int64_t from = 0;
        for (std::size_t d = 0; d < lines.size(); ++d) {
          if (lines[d].index[0] < 0) return;
          from = from * s.size[d] + lines[d].index[0];
        }
        ops::put_element(y, plane * s.points + point, x, plane * in_count + from);
      });
  return y;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Sampling s = sampling_of(call);
  if (x.type().info().values != 1) call.fail("packed elements");  // threads would share bytes
  if (s.setup.mode == ops::SampleMode::nearest) {
    call.set_output(0, choose(s, x));
    return;
  }
  std::vector<double> y = interpolate(s, x.to_doubles());
  if (x.type().is_integer()) {
    for (double& v : y) v = std::trunc(v);
  }
  call.set_output(0, ops::from_doubles(y, s.shape, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 16); }

void gradient(GradientContext& g) {
  const auto found = g.outputs_of("GridSampleGradient", {g.x(0), g.x(1), g.dy(0)},
                                  g.node().attributes(), g.wants(1) ? 2 : 1, "pare");
  g.set_dx(0, found[0]);
  if (g.wants(1)) g.set_dx(1, found[1]);
}

constexpr TypeSet kTypes = types::kNumeric | types::kBool | types::kString | types::kComplex;

OpDef schema(const char* domain, int since, TypeSet taken) {
  return OpDef(domain, "GridSample", since)
      .input("X", taken, "T1")
      .input("grid", types::kFloat, "T2")
      .output("Y", taken, "T1")
      .attribute("align_corners", std::int64_t{0}, "-1 and 1 are the middles of the outer pixels")
      .attribute("mode", std::string("linear"), "linear, nearest or cubic")
      .attribute("padding_mode", std::string("zeros"), "zeros, border or reflection")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace

/// x sampled at the places that `grid` names, from -1 to 1 along every dimension, the last
/// dimension first. Interpolated integers lose their fraction; text and complex numbers have the
/// nearest element only. Shapes: x [N, C, D1 .. Dr], grid [N, O1 .. Or, r] -> y [N, C, O1 .. Or].
/// Source: ONNX GridSample, version 22; ONNX Runtime, ContribOperators.md, GridSample.
OpDefs op_grid_sample() {
  return {schema("", 22, kTypes), schema("com.microsoft", 1, types::kFloat)};
}

}  // namespace pare
