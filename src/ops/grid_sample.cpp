#include <algorithm>
#include <array>
#include <cmath>

#include "base/threads.hpp"
#include "ops/_axes.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr double kCubic = -0.75;  // of the definition

enum class Mode : std::uint8_t { linear, nearest, cubic };
enum class Padding : std::uint8_t { zeros, border, reflection };

struct Setup {
  Mode mode = Mode::linear;
  Padding padding = Padding::zeros;
  bool corners = false;
};

Setup read_setup(const AttributeReader& a) {
  Setup s;
  const std::string mode = a.attr_string("mode");
  const std::string padding = a.attr_string("padding_mode");
  if (mode == "nearest") {
    s.mode = Mode::nearest;
  } else if (mode == "cubic" || mode == "bicubic") {
    s.mode = Mode::cubic;
  } else if (mode != "linear" && mode != "bilinear") {
    a.fail(cat("mode is '", mode, "'"));
  }
  if (padding == "border") {
    s.padding = Padding::border;
  } else if (padding == "reflection") {
    s.padding = Padding::reflection;
  } else if (padding != "zeros") {
    a.fail(cat("padding_mode is '", padding, "'"));
  }
  s.corners = a.attr_int("align_corners") != 0;
  return s;
}

void check_shapes(const AttributeReader& a, const SymShape& x, const SymShape& grid) {
  if (x.size() < 3 || grid.size() != x.size()) {
    a.fail(cat("x has shape ", to_string(x), ", the grid ", to_string(grid)));
  }
  ops::want_equal(a, grid[0], x[0], "the batch of the grid");
  ops::want_equal(a, grid.back(), Dim(static_cast<std::int64_t>(x.size()) - 2),
                  "the last dimension of the grid");
}

void infer(ShapeContext& c) {
  (void)read_setup(c);
  const SymShape* x = c.input_shape(0);
  const SymShape* grid = c.input_shape(1);
  std::optional<SymShape> y;
  if (x != nullptr && grid != nullptr) {
    check_shapes(c, *x, *grid);
    y = SymShape{(*x)[0], (*x)[1]};
    y->insert(y->end(), grid->begin() + 1, grid->end() - 1);
  }
  c.set_output(0, c.input_dtype(0), y);
}

/// x mirrored at the ends of [low, high] until it lies inside.
double reflect(double x, double low, double high) {
  const double range = high - low;
  if (range <= 0) return low;
  const double from = std::abs(x - (x < low ? low : high));
  if (x >= low && x <= high) return x;
  const double times = std::floor(from / range);
  const double rest = from - times * range;
  const bool even = std::fmod(times, 2.0) == 0;
  if (x < low) return even ? low + rest : high - rest;
  return even ? high - rest : low + rest;
}

/// Indices with weights along one dimension; index -1 = a zero.
struct Line {
  std::array<std::int64_t, 4> index{};
  std::array<double, 4> weight{};
  int count = 0;
};

Line line_at(const Setup& s, double x, std::int64_t size) {
  const auto n = static_cast<double>(size);
  const double low = s.corners ? 0 : -0.5;
  const double high = s.corners ? n - 1 : n - 0.5;
  x = s.corners ? (x + 1) / 2 * (n - 1) : ((x + 1) * n - 1) / 2;
  if (!(std::abs(x) < 0x1p52)) x = s.padding == Padding::zeros ? -2.0 : low;  // no number, or far
  if (s.mode == Mode::nearest) x = std::nearbyint(x);
  if (x < low || x > high) {
    if (s.padding == Padding::border) x = std::clamp(x, 0.0, n - 1);
    if (s.padding == Padding::reflection) x = reflect(x, low, high);
  }
  const double below = std::floor(x);
  const double t = x - below;
  const double a = kCubic;
  const auto near = [&](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [&](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  Line line;
  double first = below;
  if (s.mode == Mode::nearest) {
    first = std::nearbyint(x);
    line.weight = {1};
    line.count = 1;
  } else if (s.mode == Mode::linear) {
    line.weight = {1 - t, t};
    line.count = 2;
  } else {
    first = below - 1;
    line.weight = {far(1 + t), near(t), near(1 - t), far(2 - t)};
    line.count = 4;
  }
  for (int k = 0; k < line.count; ++k) {
    double p = first + k;
    if (s.padding == Padding::border) p = std::clamp(p, 0.0, n - 1);
    if (s.padding == Padding::reflection)
      p = std::clamp(std::trunc(reflect(p, low, high)), 0.0, n - 1);
    line.index[k] = p >= 0 && p < n ? static_cast<std::int64_t>(p) : -1;
  }
  return line;
}

/// Sum over all combinations of taps, dimension d and behind.
double gather(const double* plane, const std::vector<Line>& lines, const Shape& size, std::size_t d,
              std::int64_t at) {
  if (d == lines.size()) return plane[at];
  double sum = 0;
  for (int k = 0; k < lines[d].count; ++k) {
    if (lines[d].index[k] < 0 || lines[d].weight[k] == 0) continue;
    sum += lines[d].weight[k] * gather(plane, lines, size, d + 1, at * size[d] + lines[d].index[k]);
  }
  return sum;
}

/// A grid over planes of one size.
struct Sampling {
  Setup setup;
  Shape size;   ///< of a plane
  Shape shape;  ///< of the result
  std::vector<double> grid;
  std::int64_t batch = 0, planes = 0, points = 0;

  /// Calls fn(plane, point, lines) for every point of the grid and every plane of its batch entry.
  template <class Fn>
  void for_each(const Fn& fn) const {
    const auto rank = static_cast<std::int64_t>(size.size());
    parallel_for(batch * points, 64, [&](std::int64_t begin, std::int64_t end) {
      std::vector<Line> lines(size.size());
      for (std::int64_t p = begin; p < end; ++p) {
        for (std::size_t d = 0; d < lines.size(); ++d) {  // the grid names the last dimension first
          const std::int64_t k = rank - 1 - static_cast<std::int64_t>(d);
          lines[d] = line_at(setup, grid[p * rank + k], size[d]);
        }
        for (std::int64_t c = 0; c < planes; ++c) fn(p / points * planes + c, p % points, lines);
      }
    });
  }
};

Sampling sampling_of(const OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& grid = call.input(1);
  check_shapes(call, to_symbolic(x.shape()), to_symbolic(grid.shape()));
  Sampling s;
  s.setup = read_setup(call);
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
  s.for_each([&](std::int64_t plane, std::int64_t point, const std::vector<Line>& lines) {
    y[plane * s.points + point] = gather(x.data() + plane * in_count, lines, s.size, 0, 0);
  });
  return y;
}

/// The nearest elements as they are.
Tensor choose(const Sampling& s, const Tensor& x) {
  Tensor y(x.type(), s.shape);
  const std::int64_t in_count = element_count(s.size);
  s.for_each([&](std::int64_t plane, std::int64_t point, const std::vector<Line>& lines) {
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
  if (s.setup.mode == Mode::nearest) {
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

constexpr TypeSet kTypes = types::kNumeric | types::kBool | types::kString | types::kComplex;

OpDef schema(const char* domain, int since, TypeSet taken) {
  return OpDef(domain, "GridSample", since)
      .input("X", taken, "T1")
      .input("grid", types::kFloat, "T2")
      .output("Y", taken, "T1")
      .attribute("align_corners", std::int64_t{0}, "-1 and 1 are the middles of the outer pixels")
      .attribute("mode", std::string("linear"), "linear, nearest or cubic")
      .attribute("padding_mode", std::string("zeros"), "zeros, border or reflection")
      .define(infer, reference, cost);
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
