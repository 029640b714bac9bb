#include <cmath>

#include "base/checked.hpp"
#include "ops/_conv.hpp"

namespace pare {
namespace {

struct Plan {
  explicit Plan(ops::ConvPlan plan) : conv(std::move(plan)) {}
  ops::ConvPlan conv;
  ops::Window window;
  Shape in, out;  ///< spatial sizes
  std::int64_t rank = 0, taps = 0, points = 0, pixels = 0, offset_groups = 1;
};

/// Checks everything but the values. `offset` may be unknown.
SymShape result_shape(const AttributeReader& a, const SymShape& x, const SymShape& w,
                      const SymShape* offset) {
  if (x.size() < 3 || w.size() != x.size()) {
    a.fail(cat("X has shape ", to_string(x), ", W ", to_string(w)));
  }
  const std::size_t rank = x.size() - 2;
  const auto kernel = to_numbers(SymShape(w.begin() + 2, w.end()));
  SymShape y = {x[0], w[0]};
  if (kernel) {
    y = ops::window_shape(a, ops::read_window(a, rank, *kernel), x, w[0]);
  } else {
    y.resize(rank + 2, Dim::unknown());
  }
  if (offset == nullptr) return y;
  if (offset->size() != x.size()) a.fail(cat("offset has shape ", to_string(*offset)));
  ops::want_equal(a, (*offset)[0], x[0], "the batch of offset");
  for (std::size_t d = 2; d < x.size(); ++d) {
    ops::want_equal(a, (*offset)[d], y[d], cat("dimension ", d, " of offset"));
  }
  return y;
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const SymShape* w = c.input_shape(1);
  std::optional<SymShape> y;
  if (x != nullptr && w != nullptr) y = result_shape(c, *x, *w, c.input_shape(2));
  c.set_output(0, c.input_dtype(0), y);
}

Plan plan_of(const OpCall& call) {
  const Shape& x = call.input(0).shape();
  const Shape& w = call.input(1).shape();
  (void)result_shape(call, to_symbolic(x), to_symbolic(w), nullptr);
  Plan p(ops::plan_conv(call, x, w));
  p.in.assign(x.begin() + 2, x.end());
  p.out = p.conv.walk.out();
  p.window = ops::read_window(call, p.in.size(), Shape(w.begin() + 2, w.end()));
  p.rank = static_cast<std::int64_t>(p.in.size());
  p.taps = p.conv.walk.kernel_count();
  p.points = p.conv.walk.out_count();
  p.pixels = p.conv.walk.in_count();
  p.offset_groups = call.attr_int("offset_group");
  if (p.offset_groups < 1 || p.conv.channels % p.offset_groups != 0) {
    call.fail(cat("offset_group is ", p.offset_groups, ", X has ", p.conv.channels, " channels"));
  }
  const auto wanted = [&](std::int64_t each) {
    Shape shape = {p.conv.batch, checked_mul(p.offset_groups, checked_mul(p.taps, each))};
    shape.insert(shape.end(), p.out.begin(), p.out.end());
    return shape;
  };
  ops::want_shape(call, call.input(2), wanted(p.rank), "offset");
  if (call.has_input(3)) ops::want_shape(call, call.input(3), {p.conv.maps}, "B");
  if (call.has_input(4)) ops::want_shape(call, call.input(4), wanted(1), "mask");
  return p;
}

/// Multilinear interpolation of dimension d and behind; what lies outside is 0.
double sample(const double* plane, const Shape& size, const std::vector<double>& at, std::size_t d,
              std::int64_t base) {
  if (d == size.size()) return plane[base];
  const std::int64_t n = size[d];
  const double x = at[d];
  if (!(x > -1 && x < static_cast<double>(n))) return 0;
  const double below = std::floor(x);
  const auto first = static_cast<std::int64_t>(below);
  const double t = x - below;
  double sum = 0;
  if (first >= 0) sum += (1 - t) * sample(plane, size, at, d + 1, base * n + first);
  if (t > 0 && first + 1 < n) sum += t * sample(plane, size, at, d + 1, base * n + first + 1);
  return sum;
}

struct Data {
  std::vector<double> x, w, offset, mask;
};

/// Where tap k of output point p of batch b lies for an offset group.
void locate(const Plan& p, const Data& data, std::int64_t block, std::int64_t k, std::int64_t point,
            std::vector<double>& at) {
  std::int64_t rest_point = point;
  std::int64_t rest_tap = k;
  for (std::int64_t d = p.rank; d-- > 0;) {
    const std::int64_t o = rest_point % p.out[d];
    const std::int64_t i = rest_tap % p.window.kernel[d];
    rest_point /= p.out[d];
    rest_tap /= p.window.kernel[d];
    const std::int64_t middle = o * p.window.strides[d] + i * p.window.dilations[d];
    at[d] = static_cast<double>(middle - p.window.begin[d]) +
            data.offset[((block * p.taps + k) * p.rank + d) * p.points + point];
  }
}

/// All samples of one output point: columns[c * taps + k].
void gather(const Plan& p, const Data& data, std::int64_t b, std::int64_t point,
            std::vector<double>& columns) {
  std::vector<double> at(p.in.size());
  const std::int64_t each = p.conv.channels / p.offset_groups;
  for (std::int64_t g = 0; g < p.offset_groups; ++g) {
    const std::int64_t block = b * p.offset_groups + g;
    for (std::int64_t k = 0; k < p.taps; ++k) {
      locate(p, data, block, k, point, at);
      const double m = data.mask.empty() ? 1.0 : data.mask[(block * p.taps + k) * p.points + point];
      for (std::int64_t c = g * each; c < (g + 1) * each; ++c) {
        const double* plane = data.x.data() + (b * p.conv.channels + c) * p.pixels;
        columns[c * p.taps + k] = m * sample(plane, p.in, at, 0, 0);
      }
    }
  }
}

void reference(OpCall& call) {
  const Plan p = plan_of(call);
  Data data{call.input(0).to_doubles(), call.input(1).to_doubles(), call.input(2).to_doubles(), {}};
  if (call.has_input(4)) data.mask = call.input(4).to_doubles();
  std::vector<double> bias(static_cast<std::size_t>(p.conv.maps));
  if (call.has_input(3)) bias = call.input(3).to_doubles();
  const Shape shape = p.conv.output_shape();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  const std::int64_t row = p.conv.channels / p.conv.group * p.taps;
  const std::int64_t maps = p.conv.maps / p.conv.group;
  parallel_for(p.conv.batch * p.points, 4, [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> columns(static_cast<std::size_t>(p.conv.channels * p.taps));
    for (std::int64_t at = begin; at < end; ++at) {
      gather(p, data, at / p.points, at % p.points, columns);
      for (std::int64_t m = 0; m < p.conv.maps; ++m) {
        double sum = bias[m];
        const double* from = columns.data() + m / maps * row;
        for (std::int64_t i = 0; i < row; ++i) sum += data.w[m * row + i] * from[i];
        y[(at / p.points * p.conv.maps + m) * p.points + at % p.points] = sum;
      }
    }
  });
  call.set_output(0, ops::from_doubles(y, shape, call.input(0).type()));
}

Cost cost(const ShapeContext& c) { return ops::conv_cost(c, 1); }

}  // namespace

/// A convolution whose taps lie beside their places by `offset`, between pixels by linear
/// interpolation, times `mask`; outside of X they read 0. Shapes: X [N, C, spatial],
/// W [M, C / group, kernel], offset [N, offset_group * kernel * r, spatial'], B [M],
/// mask [N, offset_group * kernel, spatial'] -> Y [N, M, spatial']. The offsets of a tap are those
/// of its r dimensions in order. Source: ONNX DeformConv, version 22.
OpDefs op_deform_conv() {
  return OpDef("DeformConv", 22)
      .input("X", types::kFloat)
      .input("W", types::kFloat)
      .input("offset", types::kFloat)
      .optional_input("B", types::kFloat)
      .optional_input("mask", types::kFloat)
      .output("Y", types::kFloat)
      .optional_attribute("dilations", AttributeKind::integers, "steps inside the kernel; 1")
      .attribute("group", std::int64_t{1}, "groups of channels")
      .optional_attribute("kernel_shape", AttributeKind::integers, "as the weights")
      .attribute("offset_group", std::int64_t{1}, "groups of channels with offsets of their own")
      .optional_attribute("pads", AttributeKind::integers, "before all dimensions, then after")
      .optional_attribute("strides", AttributeKind::integers, "steps of the kernel; 1")
      .define(infer, reference, cost);
}

}  // namespace pare
