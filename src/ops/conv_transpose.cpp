#include <algorithm>

#include "ops/_elementwise.hpp"
#include "ops/_window.hpp"
#include "tensor/visit.hpp"

namespace pare {
namespace {

struct Geometry {
  Shape out, before;
};

Shape ints_or(const AttributeReader& a, const char* name, std::size_t n, std::int64_t otherwise) {
  Shape v = a.attr_ints(name);
  if (v.empty()) v.assign(n, otherwise);
  if (v.size() != n) a.fail(cat(name, ": want ", n, " values, got ", v.size()));
  return v;
}

/// Output sizes and padding before, from sizes of the input (spatial) and the kernel.
Geometry geometry(const AttributeReader& a, const Shape& in, const Shape& kernel) {
  const std::size_t n = in.size();
  const Shape strides = ints_or(a, "strides", n, 1);
  const Shape dilations = ints_or(a, "dilations", n, 1);
  const Shape extra = ints_or(a, "output_padding", n, 0);
  const Shape wanted = a.attr_ints("output_shape");
  const Shape pads = ints_or(a, "pads", 2 * n, 0);
  const std::string mode = a.attr_string("auto_pad");
  Geometry g;
  for (std::size_t i = 0; i < n; ++i) {
    if (strides[i] < 1 || dilations[i] < 1) a.fail("strides and dilations must be positive");
    const std::int64_t full =
        (in[i] - 1) * strides[i] + extra[i] + (kernel[i] - 1) * dilations[i] + 1;
    const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
    if (!wanted.empty() || same) {
      const std::int64_t out = wanted.empty() ? in[i] * strides[i] : wanted[wanted.size() - n + i];
      const std::int64_t all = std::max<std::int64_t>(0, full - out);
      g.before.push_back(mode == "SAME_UPPER" ? all / 2 : all - all / 2);
      g.out.push_back(out);
    } else {
      const bool valid = mode == "VALID";
      g.before.push_back(valid ? 0 : pads[i]);
      g.out.push_back(valid ? full : full - pads[i] - pads[n + i]);
    }
    if (g.out.back() < 0) a.fail("the output has a negative size");
  }
  return g;
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const SymShape* w = c.input_shape(1);
  if (x == nullptr || w == nullptr || x->size() != w->size() || x->size() < 3) {
    c.set_output(0, c.input_dtype(0), std::nullopt);
    return;
  }
  SymShape y(x->size());
  y[0] = (*x)[0];
  y[1] = (*w)[1] * c.attr_int("group");
  const auto weights = to_numbers(*w);
  Shape in;  // -1 = not known
  for (std::size_t i = 2; i < x->size(); ++i) {
    in.push_back((*x)[i].is_number() ? (*x)[i].number() : -1);
  }
  if (weights) {
    const Shape kernel(weights->begin() + 2, weights->end());
    if (std::find(in.begin(), in.end(), -1) == in.end()) {
      const Geometry g = geometry(c, in, kernel);
      for (std::size_t i = 0; i < in.size(); ++i) y[i + 2] = g.out[i];
    } else {
      // Linear in the size: the value at 1 and the stride give it for symbols too.
      const Geometry at_one = geometry(c, Shape(in.size(), 1), kernel);
      const Shape strides = ints_or(c, "strides", in.size(), 1);
      const bool plain = c.attr_ints("output_shape").empty();
      for (std::size_t i = 0; plain && i < in.size(); ++i) {
        y[i + 2] = ((*x)[i + 2] - 1) * strides[i] + at_one.out[i];
      }
    }
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& w = call.input(1);
  const std::int64_t groups = call.attr_int("group");
  if (x.rank() < 3 || w.rank() != x.rank() || w.dim(0) != x.dim(1) || groups < 1 ||
      x.dim(1) % groups != 0) {
    call.fail(
        cat("input ", to_string(x.shape()), " and weights ", to_string(w.shape()), " do not fit"));
  }
  const std::size_t d = x.rank() - 2;
  const Shape in(x.shape().begin() + 2, x.shape().end());
  const Shape kernel(w.shape().begin() + 2, w.shape().end());
  const Geometry g = geometry(call, in, kernel);
  const Shape strides = ints_or(call, "strides", d, 1);
  const Shape dilations = ints_or(call, "dilations", d, 1);
  const std::int64_t m_per = w.dim(1);
  const std::int64_t c_per = x.dim(1) / groups;
  const std::int64_t outputs = m_per * groups;
  const std::int64_t in_size = element_count(in);
  const std::int64_t k_size = element_count(kernel);
  const std::int64_t out_size = element_count(g.out);
  const Shape out_strides = strides_of(g.out);
  std::vector<double> sum(static_cast<std::size_t>(x.dim(0) * outputs * out_size), 0.0);
  if (call.has_input(2)) {
    const std::vector<double> bias = call.input(2).to_doubles();
    if (static_cast<std::int64_t>(bias.size()) != outputs) call.fail("bias of wrong size");
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] = bias[i / static_cast<std::size_t>(out_size) % static_cast<std::size_t>(outputs)];
    }
  }
  const std::vector<double> xs = x.to_doubles();
  const std::vector<double> ws = w.to_doubles();
  Shape p(d, 0);
  for (std::int64_t at = 0; at < in_size; ++at) {
    Shape k(d, 0);
    for (std::int64_t tap = 0; tap < k_size; ++tap) {
      std::int64_t to = 0;
      for (std::size_t i = 0; i < d && to >= 0; ++i) {
        const std::int64_t o = p[i] * strides[i] + k[i] * dilations[i] - g.before[i];
        to = o < 0 || o >= g.out[i] ? -1 : to + o * out_strides[i];
      }
      for (std::int64_t n = 0; to >= 0 && n < x.dim(0); ++n) {
        for (std::int64_t c = 0; c < x.dim(1); ++c) {
          const double value = xs[static_cast<std::size_t>((n * x.dim(1) + c) * in_size + at)];
          const std::int64_t first = c / c_per * m_per;
          for (std::int64_t m = 0; m < m_per; ++m) {
            sum[static_cast<std::size_t>((n * outputs + first + m) * out_size + to)] +=
                value * ws[static_cast<std::size_t>((c * m_per + m) * k_size + tap)];
          }
        }
      }
      for (std::size_t i = d; i-- > 0;) {
        if (++k[i] < kernel[i]) break;
        k[i] = 0;
      }
    }
    for (std::size_t i = d; i-- > 0;) {
      if (++p[i] < in[i]) break;
      p[i] = 0;
    }
  }
  Shape shape = {x.dim(0), outputs};
  shape.insert(shape.end(), g.out.begin(), g.out.end());
  call.set_output(0, Tensor::of<double>(shape, sum).cast(x.type()));
}

Cost cost(const ShapeContext& c) {
  Cost r = ops::elementwise_cost(c, 0);
  const SymShape* x = c.input_shape(0);
  const SymShape* w = c.input_shape(1);
  const auto in = x != nullptr ? to_numbers(*x) : std::nullopt;
  const auto weights = w != nullptr ? to_numbers(*w) : std::nullopt;
  if (!in || !weights || (*weights)[0] == 0) return r;
  r.macs = static_cast<double>(element_count(*in)) * static_cast<double>(element_count(*weights)) /
           static_cast<double>((*weights)[0]);
  r.flops = 2 * r.macs;
  return r;
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
      .define(infer, reference, cost);
}

}  // namespace pare
