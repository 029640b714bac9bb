#include <algorithm>

#include "runtime/onednn.hpp"
#include "runtime/product.hpp"
#include "runtime/rows.hpp"

namespace pare {
namespace {

using onednn::Desc;
using onednn::Dims;

Verdict accepts_deconv(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("ConvTranspose") || unit.quantized) return not_mine();
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  const Shape x = shape_of(*unit.input(0));
  const Shape w = shape_of(*unit.input(1));
  if (x.size() < 3 || x.size() > 5) return refuse(cat("rank ", x.size()));
  if (facts.constant(unit.input(1)) == nullptr) return refuse("the weights are not constant");
  if (unit.node->input(2) != nullptr && facts.constant(unit.input(2)) == nullptr) {
    return refuse("the bias is not constant");
  }
  const AttributeReader a = facts.attributes(*unit.node);
  const std::int64_t group = a.attr_int("group");
  if (w.size() != x.size() || group < 1 || w[0] % group != 0) return refuse("odd weights");
  if (unit.node->input(2) != nullptr && elements_of(*unit.input(2)) != w[1] * group) {
    return refuse("odd bias");
  }
  const std::string pad = a.attr_string("auto_pad");
  if ((!pad.empty() && pad != "NOTSET") || !a.attr_ints("output_shape").empty()) {
    return refuse("padding that follows from the output size");
  }
  if (element_count(x) == 0) return refuse("nothing to do");
  return accepts_posts(unit, facts);
}

/// Weights [C, M / group, k] as [group, M / group, C / group, k].
Tensor turned(const Tensor& w, std::int64_t group) {
  const std::int64_t in = w.dim(0) / group;
  const std::int64_t maps = w.dim(1);
  const std::int64_t taps = w.size() / std::max<std::int64_t>(1, w.dim(0) * maps);
  Shape shape = {group, maps, in};
  shape.insert(shape.end(), w.shape().begin() + 2, w.shape().end());
  Tensor out(ElementKind::f32, shape);
  const auto from = w.data<float>();
  const auto to = out.mutable_data<float>();
  for (std::int64_t g = 0; g < group; ++g) {
    for (std::int64_t m = 0; m < maps; ++m) {
      for (std::int64_t c = 0; c < in; ++c) {
        std::copy_n(from.begin() + ((g * in + c) * maps + m) * taps, taps,
                    to.begin() + ((g * maps + m) * in + c) * taps);
      }
    }
  }
  return out;
}

struct Geometry {
  Dims strides, dilations, before, after;  // dilations as the library counts them: 0 = dense
};

Geometry geometry_of(const AttributeReader& a, const Shape& x, const Shape& w, const Shape& y) {
  const std::size_t n = x.size() - 2;
  const auto list = [&](const char* name, std::int64_t otherwise) {
    Shape v = a.attr_ints(name);
    if (v.empty()) v.assign(n, otherwise);
    return v;
  };
  Geometry g{list("strides", 1), list("dilations", 1), list("pads", 0), {}};
  g.before.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    // What the output size asks for: less than the stated padding when output_padding is added.
    const std::int64_t extent = (w[i + 2] - 1) * g.dilations[i] + 1;
    g.after.push_back((x[i + 2] - 1) * g.strides[i] + extent - g.before[i] - y[i + 2]);
    --g.dilations[i];
  }
  return g;
}

Prepared make_deconv(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const Shape y = shape_of(*unit.output());
  const AttributeReader a = facts.attributes(*unit.node);
  const std::int64_t group = a.attr_int("group");
  const std::int64_t maps = y[1];
  const ProductPlan plan = plan_product(unit, facts, maps);
  const Geometry g = geometry_of(a, x, plan.weights.shape(), y);
  const Tensor weights = turned(plan.weights, group);
  Dims dims = weights.shape();
  if (group == 1) dims.erase(dims.begin());
  return onednn::guarded([&] {
    const Desc src = onednn::desc_of(plan.src_type, x, Layout::channels_last);
    const Desc dst = onednn::desc_of(plan.dst_type, y, Layout::channels_last);
    const Desc bias = plan.has_bias ? Desc({maps}, onednn::Type::f32, onednn::Tag::a) : Desc();
    const dnnl::deconvolution_forward::desc d(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::deconvolution_direct, src,
        onednn::any(plan.weights_type, dims), bias, dst, g.strides, g.dilations, g.before, g.after);
    const dnnl::deconvolution_forward::primitive_desc pd(d, plan.attr, onednn::engine());
    auto kernel = std::make_unique<onednn::PrimitiveKernel>(dnnl::deconvolution_forward(pd));
    kernel->bind_input(DNNL_ARG_SRC, src, 0);
    kernel->bind_output(DNNL_ARG_DST, dst);
    kernel->bind_scratch(pd.scratchpad_desc());
    kernel->bind_constant(
        DNNL_ARG_WEIGHTS,
        onednn::packed(plan.weights_type, dims, weights.bytes().data(), pd.weights_desc()));
    if (plan.has_bias) {
      kernel->bind_constant(DNNL_ARG_BIAS,
                            onednn::packed(onednn::Type::f32, {maps}, plan.bias.data(), bias));
    }
    Prepared made;
    made.inputs.push_back({unit.input(0), Layout::channels_last});
    if (plan.sum != nullptr) {
      made.inputs.push_back({plan.sum, Layout::channels_last});
      made.accumulates = 1;
    }
    made.outputs = {Layout::channels_last};
    made.scratch_bytes = pd.scratchpad_desc().get_size();
    made.weight_bytes = pd.weights_desc().get_size() + plan.bias.size() * sizeof(float);
    made.note = pd.impl_info_str();
    made.kernel = std::move(kernel);
    return made;
  });
}

constexpr KernelRow kRows[] = {{"onednn:deconv", accepts_deconv, make_deconv}};

}  // namespace

std::span<const KernelRow> deconv_rows() { return kRows; }

}  // namespace pare
