#include <algorithm>

#include "base/checked.hpp"
#include "base/threads.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr std::int64_t kMostStep = std::int64_t{1} << 31;  // keeps all products in 64 bits

/// The attributes, checked: one entry per spatial dimension.
struct Setup {
  Shape kernel, stride, dilation, extra, before, after;
  Shape wanted;  ///< output_shape; empty = not given
  std::string mode;
  [[nodiscard]] bool same() const { return mode == "SAME_UPPER" || mode == "SAME_LOWER"; }
};

Shape read_list(const AttributeReader& a, const char* name, std::size_t n, std::int64_t least,
                std::int64_t otherwise) {
  Shape v = a.attr_ints(name);
  if (v.empty()) v.assign(n, otherwise);
  if (v.size() != n) a.fail(cat(name, " has ", v.size(), " values, wanted ", n));
  for (const std::int64_t x : v) {
    if (x < least || x > kMostStep) a.fail(cat(name, " holds ", x));
  }
  return v;
}

Setup read_setup(const AttributeReader& a, const Shape& kernel) {
  const std::size_t n = kernel.size();
  Setup s;
  s.kernel = kernel;
  for (const std::int64_t k : kernel) {
    if (k < 1 || k > kMostStep) a.fail(cat("the kernel has shape ", to_string(kernel)));
  }
  const Shape said = a.attr_ints("kernel_shape");
  if (!said.empty() && said != kernel) {
    a.fail(cat("kernel_shape is ", to_string(said), ", the weights have ", to_string(kernel)));
  }
  s.stride = read_list(a, "strides", n, 1, 1);
  s.dilation = read_list(a, "dilations", n, 1, 1);
  s.extra = read_list(a, "output_padding", n, 0, 0);
  s.mode = a.attr_string("auto_pad");
  const bool explicit_pads = s.mode.empty() || s.mode == "NOTSET";
  if (!explicit_pads && !s.same() && s.mode != "VALID") a.fail(cat("auto_pad is '", s.mode, "'"));
  s.before.assign(n, 0);
  s.after.assign(n, 0);
  if (explicit_pads) {
    const Shape pads = read_list(a, "pads", 2 * n, 0, 0);
    std::copy_n(pads.begin(), n, s.before.begin());
    std::copy_n(pads.begin() + static_cast<std::ptrdiff_t>(n), n, s.after.begin());
  }
  s.wanted = a.attr_ints("output_shape");
  if (s.wanted.empty()) return s;
  if (s.wanted.size() == n + 2) s.wanted.erase(s.wanted.begin(), s.wanted.begin() + 2);
  if (s.wanted.size() != n) {
    a.fail(cat("output_shape has ", s.wanted.size(), " values, wanted ", n));
  }
  for (const std::int64_t x : s.wanted) {
    if (x < 0) a.fail(cat("output_shape holds ", x));
  }
  return s;
}

/// Size without any padding.
Dim full_size(const Setup& s, std::size_t i, const Dim& in) {
  return (in - Dim(1)) * Dim(s.stride[i]) + Dim(s.extra[i] + (s.kernel[i] - 1) * s.dilation[i] + 1);
}

Dim output_size(const AttributeReader& a, const Setup& s, std::size_t i, const Dim& in) {
  if (!s.wanted.empty()) return s.wanted[i];
  if (s.same()) return in * Dim(s.stride[i]);
  Dim out = full_size(s, i, in) - Dim(s.before[i] + s.after[i]);
  if (out.is_number() && out.number() < 0) {
    a.fail(cat("spatial dimension ", i, " of the output would have size ", out.number()));
  }
  return out;
}

/// What is cut off before the output in dimension i. Padding that follows from the output size is
/// halved; the odd one goes behind with SAME_UPPER, else before.
std::int64_t cut_before(const Setup& s, std::size_t i, std::int64_t in, std::int64_t out) {
  if (s.wanted.empty() && !s.same()) return s.before[i];
  const std::int64_t total = std::max<std::int64_t>(0, full_size(s, i, in).number() - out);
  return s.mode == "SAME_UPPER" ? total / 2 : total - total / 2;
}

std::int64_t read_group(const AttributeReader& a, const SymShape& x, const SymShape& w) {
  if (x.size() < 3 || w.size() != x.size()) {
    a.fail(cat("x has shape ", to_string(x), ", the weights ", to_string(w)));
  }
  ops::want_equal(a, w[0], x[1], "the number of input channels of the weights");
  const std::int64_t group = a.attr_int("group");
  if (group < 1 || (x[1].is_number() && x[1].number() % group != 0)) {
    a.fail(cat(x[1].text(), " channels do not divide into ", group, " groups"));
  }
  return group;
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const SymShape* w = c.input_shape(1);
  if (x == nullptr || w == nullptr) {
    c.set_output(0, c.input_dtype(0), std::nullopt);
    return;
  }
  SymShape y(x->size());
  const std::int64_t group = read_group(c, *x, *w);
  y[0] = (*x)[0];
  y[1] = (*w)[1] * Dim(group);
  if (const auto kernel = to_numbers(SymShape(w->begin() + 2, w->end()))) {
    const Setup s = read_setup(c, *kernel);
    for (std::size_t i = 0; i < kernel->size(); ++i) {
      y[i + 2] = output_size(c, s, i, (*x)[i + 2]);
    }
  }
  c.set_output(0, c.input_dtype(0), y);
}

/// One product: input position, kernel position, output position, each flattened.
struct Step {
  std::int64_t in, tap, out;
};

/// Next index of `shape` in row-major order.
void advance(Shape& at, const Shape& shape) {
  for (std::size_t i = at.size(); i-- > 0;) {
    if (++at[i] < shape[i]) return;
    at[i] = 0;
  }
}

std::vector<Step> steps_of(const Setup& s, const Shape& in, const Shape& out) {
  const std::int64_t in_count = element_count(in);
  const std::int64_t taps = element_count(s.kernel);
  const Shape strides = strides_of(out);
  std::vector<Step> steps;
  Shape p(in.size(), 0);
  for (std::int64_t at = 0; at < in_count; ++at, advance(p, in)) {
    Shape k(in.size(), 0);
    for (std::int64_t tap = 0; tap < taps; ++tap, advance(k, s.kernel)) {
      std::int64_t to = 0;
      for (std::size_t i = 0; i < in.size() && to >= 0; ++i) {
        const std::int64_t o =
            p[i] * s.stride[i] + k[i] * s.dilation[i] - cut_before(s, i, in[i], out[i]);
        to = o < 0 || o >= out[i] ? -1 : to + o * strides[i];
      }
      if (to >= 0) steps.push_back({at, tap, to});
    }
  }
  return steps;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& w = call.input(1);
  const std::int64_t group = read_group(call, to_symbolic(x.shape()), to_symbolic(w.shape()));
  const Shape in(x.shape().begin() + 2, x.shape().end());
  const Setup s = read_setup(call, Shape(w.shape().begin() + 2, w.shape().end()));
  Shape out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    out.push_back(output_size(call, s, i, Dim(in[i])).number());
  }
  const std::int64_t maps = checked_mul(w.dim(1), group);
  Shape shape = {x.dim(0), maps};
  shape.insert(shape.end(), out.begin(), out.end());
  Tensor sum(ElementKind::f64, shape);
  std::vector<double> bias(static_cast<std::size_t>(maps), 0.0);
  if (call.has_input(2)) {
    ops::want_shape(call, call.input(2), {maps}, "the bias");
    bias = call.input(2).to_doubles();
  }
  const std::vector<Step> steps = steps_of(s, in, out);
  const std::vector<double> xs = x.to_doubles();
  const std::vector<double> ws = w.to_doubles();
  const std::int64_t depth = x.dim(1) / group;  // channels that one map sees
  const std::int64_t in_count = element_count(in);
  const std::int64_t out_count = element_count(out);
  const std::int64_t taps = element_count(s.kernel);
  double* to = sum.mutable_data<double>().data();
  parallel_for(sum.empty() ? 0 : x.dim(0) * maps, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane) {
      const std::int64_t m = plane % maps;
      double* y = to + plane * out_count;
      std::fill_n(y, out_count, bias[m]);
      for (std::int64_t d = 0; d < depth; ++d) {
        const std::int64_t c = m / w.dim(1) * depth + d;
        const double* from = xs.data() + (plane / maps * x.dim(1) + c) * in_count;
        const double* weights = ws.data() + (c * w.dim(1) + m % w.dim(1)) * taps;
        for (const Step& step : steps) y[step.out] += from[step.in] * weights[step.tap];
      }
    }
  });
  call.set_output(0, sum.cast(x.type()));
}

Cost cost(const ShapeContext& c) {
  const SymShape* w = c.input_shape(1);
  const auto weights = w != nullptr ? to_numbers(*w) : std::nullopt;
  if (!weights || weights->empty() || (*weights)[0] == 0) return {};
  const double per_value =
      static_cast<double>(element_count(*weights)) / static_cast<double>((*weights)[0]);
  const double macs = per_value * ops::value_count(c.input(0));
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

/// The convolution whose transpose this is: attributes that reach from every y to every x.
Attributes forward_attributes(GradientContext& g) {
  const auto x = g.x(0)->known_shape();
  const auto w = g.x(1)->known_shape();
  if (!w || w->size() < 3) g.refuse("no gradient while the sizes of the weights are not known");
  const Setup s = read_setup(g, Shape(w->begin() + 2, w->end()));
  const std::size_t n = s.kernel.size();
  Shape pads(2 * n);
  for (std::size_t i = 0; i < n; ++i) {
    pads[i] = s.before[i];
    pads[n + i] = s.after[i];
    if (s.wanted.empty() && !s.same()) continue;
    if (!x) g.refuse("no gradient while the size of x is not known and padding follows from it");
    const std::int64_t in = (*x)[i + 2];
    const std::int64_t out = output_size(g, s, i, Dim(in)).number();
    pads[i] = cut_before(s, i, in, out);
    pads[n + i] = std::max<std::int64_t>(0, full_size(s, i, in).number() - out - pads[i]);
  }
  return {{"strides", s.stride},
          {"dilations", s.dilation},
          {"group", g.attr_int("group")},
          {"pads", pads}};
}

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* w = g.x(1);
  Value* dy = g.dy(0);
  const Attributes attributes = forward_attributes(g);
  if (g.wants(0)) {
    Value* dx = g.op("Conv", {dy, w}, attributes);
    if (!x->known_shape() || dx->known_shape() != x->known_shape()) {
      // Output padding may make room for more positions than x has.
      const auto axes = ops::axes_from(2, g.rank(w));
      Value* sizes = g.op("Gather", {g.shape_of(x), g.ints(axes)});
      dx = g.op("Slice", {dx, g.ints(Shape(axes.size(), 0)), sizes, g.ints(axes)});
    }
    g.set_dx(0, dx);
  }
  if (g.wants(1)) {
    g.set_dx(1, g.op("ConvWeightGradient", {dy, x, g.shape_of(w)}, attributes, "pare"));
  }
  if (g.wants(2)) {
    g.set_dx(2, g.sum(dy, ops::all_but_channels(g.rank(w)), /*keep=*/false));
  }
}

}  // namespace

/// The transpose of a convolution: every input adds its value times the kernel to the outputs
/// around it. Shapes: x [N, C, ...], w [C, M / group, k...], b [M] -> y [N, M, ...]. Source: ONNX
/// ConvTranspose, version 22.
OpDefs op_conv_transpose() {
  return OpDef("ConvTranspose", 22)
      .input("X", types::kFloat)
      .input("W", types::kFloat)
      .optional_input("B", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("auto_pad", std::string("NOTSET"), "NOTSET, VALID, SAME_UPPER, SAME_LOWER")
      .optional_attribute("dilations", AttributeKind::integers, "step between taps")
      .attribute("group", std::int64_t{1}, "channels in so many groups")
      .optional_attribute("kernel_shape", AttributeKind::integers, "as in the weights")
      .optional_attribute("output_padding", AttributeKind::integers, "added behind")
      .optional_attribute("output_shape", AttributeKind::integers, "sizes wanted")
      .optional_attribute("pads", AttributeKind::integers, "begin of all dimensions, then end")
      .optional_attribute("strides", AttributeKind::integers, "step between inputs")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
