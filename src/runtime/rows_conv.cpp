#include <algorithm>
#include <array>
#include <numeric>

#include "runtime/onednn.hpp"
#include "runtime/product.hpp"
#include "runtime/rows.hpp"
#include "runtime/window.hpp"

namespace pare {
namespace {

using onednn::Desc;
using onednn::Dims;

struct ConvSizes {
  Shape x, y;
  Dims weights;  // with the group in front when there are groups
  WindowSizes window;
  std::int64_t channels = 0;  // of the output
};

ConvSizes conv_sizes(const Unit& unit, PlanFacts& facts) {
  ConvSizes s;
  s.x = shape_of(*unit.input(0));
  s.y = shape_of(*unit.output());
  const Shape w = shape_of(*unit.input(1));
  const AttributeReader a = facts.attributes(*unit.node);
  s.window = window_sizes(a, Shape(w.begin() + 2, w.end()), s.x, s.y);
  const std::int64_t group = a.attr_int("group");
  s.channels = w[0];
  s.weights = w;
  if (group > 1) {
    s.weights[0] /= group;
    s.weights.insert(s.weights.begin(), group);
  }
  return s;
}

Verdict accepts_shapes(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  if (x.size() < 3 || x.size() > 5) return refuse(cat("rank ", x.size()));
  if (unit.node->input(2) != nullptr && facts.constant(unit.input(2)) == nullptr) {
    return refuse("the bias is not constant");
  }
  const Shape w = shape_of(*unit.input(1));
  const std::int64_t group = facts.attributes(*unit.node).attr_int("group");
  if (w.size() != x.size() || group < 1 || w[0] % group != 0) return refuse("odd weights");
  if (unit.node->input(2) != nullptr && elements_of(*unit.input(2)) != w[0]) {
    return refuse("odd bias");
  }
  const Shape y = shape_of(*unit.output());
  const WindowSizes window =
      window_sizes(facts.attributes(*unit.node), Shape(w.begin() + 2, w.end()), x, y);
  if (sees_only_padding(window, x, y)) return refuse("a window of padding alone");
  return accepts_posts(unit, facts);
}

Verdict accepts_float(const Unit& unit, PlanFacts& facts) {
  if (!is_convolution(unit) || unit.quantized) return not_mine();
  if (unit.input(0)->dtype().kind() != ElementKind::f32) return refuse("not float32");
  return accepts_shapes(unit, facts);
}

/// Convolutions that gain more than rounding their inputs takes.
Verdict accepts_bf16(const Unit& unit, PlanFacts& facts) {
  constexpr std::int64_t kLeast = 64;  // of the depth of the sums, and of the channels
  if (!is_convolution(unit) || unit.quantized || !facts.may_round(*unit.node)) return not_mine();
  if (!onednn::has_bf16()) return refuse("this CPU has no bfloat16 products");
  const ElementKind from = unit.input(0)->dtype().kind();
  if (from != ElementKind::f32 && from != ElementKind::bf16) return refuse("not float32");
  if (facts.constant(unit.input(1)) == nullptr) return refuse("the weights are not constant");
  if (facts.attributes(*unit.node).attr_int("group") != 1) return refuse("several groups");
  const Shape w = shape_of(*unit.input(1));
  if (w[0] < kLeast || element_count(w) < w[0] * kLeast) return refuse("few channels");
  return accepts_shapes(unit, facts);
}

/// oneDNN 2.6 with AMX takes the zero point of padding off a wrong number of times where the window
/// has gaps or is larger than the image.
bool loses_zero_point(const Unit& unit, PlanFacts& facts) {
  if (unit.in_quant.at(0).zero_point == 0 || !onednn::has_amx()) return false;
  const Shape x = shape_of(*unit.input(0));
  const Shape w = shape_of(*unit.input(1));
  const WindowSizes window = window_sizes(
      facts.attributes(*unit.node), Shape(w.begin() + 2, w.end()), x, shape_of(*unit.output()));
  bool padded = false;
  bool odd = false;
  for (std::size_t i = 0; i < window.kernel.size(); ++i) {
    const std::int64_t extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
    padded = padded || window.before[i] > 0 || window.after[i] > 0;
    odd = odd || extent > x[i + 2] || extent > window.kernel[i];
  }
  return padded && odd;
}

Verdict accepts_int8(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("Conv") || !unit.quantized) return not_mine();
  if (!onednn::exact_int8()) return refuse("this CPU would clip 16-bit sums (no VNNI)");
  Verdict verdict = accepts_shapes(unit, facts);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  if (loses_zero_point(unit, facts)) {
    return refuse("padding, a zero point and a window with gaps or larger than the image");
  }
  return verdict;
}

/// Constant weights are packed now, others (while training) at each run.
void bind_weights(const Unit& unit, PlanFacts& facts, onednn::PrimitiveKernel& kernel,
                  Prepared& made, const ProductPlan& plan, const Dims& dims, const Desc& wanted) {
  if (unit.quantized || facts.constant(unit.input(1)) != nullptr) {
    kernel.bind_constant(DNNL_ARG_WEIGHTS, onednn::packed(plan.weights_type, dims,
                                                          plan.weights.bytes().data(), wanted));
    made.weight_bytes = wanted.get_size();
    return;
  }
  const std::size_t offset = onednn::add_scratch(made, wanted);
  kernel.bind_reordered(DNNL_ARG_WEIGHTS, onednn::plain(plan.weights_type, dims), wanted,
                        made.inputs.size(), offset);
  made.inputs.push_back({unit.input(1), Layout::plain});
}

Desc bias_desc(const ProductPlan& plan, const ConvSizes& s) {
  return plan.has_bias ? Desc({s.channels}, onednn::Type::f32, onednn::Tag::a) : Desc();
}

/// `bf16`: the input and the weights are rounded to bfloat16, sums are float32.
dnnl::convolution_forward::primitive_desc conv_desc(const ConvSizes& s, const ProductPlan& plan,
                                                    bool bf16, onednn::Type dst_type) {
  Dims dilations = s.window.dilations;
  for (auto& d : dilations) --d;
  const onednn::Type src_type = bf16 ? onednn::Type::bf16 : plan.src_type;
  const onednn::Type weights_type = bf16 ? onednn::Type::bf16 : plan.weights_type;
  const dnnl::convolution_forward::desc d(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
      onednn::desc_of(src_type, s.x, Layout::channels_last), onednn::any(weights_type, s.weights),
      bias_desc(plan, s), onednn::desc_of(dst_type, s.y, Layout::channels_last), s.window.strides,
      dilations, s.window.before, s.window.after);
  return {d, plan.attr, onednn::engine()};
}

Prepared make_convolution(const Unit& unit, PlanFacts& facts, bool bf16) {
  const ConvSizes s = conv_sizes(unit, facts);
  const ProductPlan plan = plan_product(unit, facts, s.channels);
  return onednn::guarded([&] {
    const auto pd = conv_desc(s, plan, bf16, plan.dst_type);
    const Desc given = onednn::desc_of(plan.src_type, s.x, Layout::channels_last);
    const Desc bias = bias_desc(plan, s);
    Prepared made;
    auto kernel = std::make_unique<onednn::PrimitiveKernel>(dnnl::convolution_forward(pd));
    made.scratch_bytes = pd.scratchpad_desc().get_size();
    const bool rounds = given != pd.src_desc();
    const std::size_t offset = rounds ? onednn::add_scratch(made, pd.src_desc()) : 0;
    kernel->bind_reordered(DNNL_ARG_SRC, given, pd.src_desc(), 0, offset);
    kernel->bind_output(DNNL_ARG_DST, pd.dst_desc());
    kernel->bind_scratch(pd.scratchpad_desc());
    made.inputs.push_back({unit.input(0), Layout::channels_last});
    bind_weights(unit, facts, *kernel, made, plan, s.weights, pd.weights_desc());
    if (plan.has_bias) {
      kernel->bind_constant(
          DNNL_ARG_BIAS, onednn::packed(onednn::Type::f32, {s.channels}, plan.bias.data(), bias));
    }
    if (plan.sum != nullptr) {
      made.accumulates = static_cast<int>(made.inputs.size());
      made.inputs.push_back({plan.sum, Layout::channels_last});
    }
    made.outputs = {Layout::channels_last};
    made.weight_bytes += plan.bias.size() * sizeof(float);
    made.note = pd.impl_info_str();
    made.kernel = std::move(kernel);
    return made;
  });
}

Prepared make_conv(const Unit& unit, PlanFacts& facts) {
  return make_convolution(unit, facts, false);
}

Prepared make_bf16(const Unit& unit, PlanFacts& facts) {
  return make_convolution(unit, facts, true);
}

constexpr KernelRow kRows[] = {{"onednn:conv_int8", accepts_int8, make_conv},
                               {"onednn:conv_bf16", accepts_bf16, make_bf16},
                               {"onednn:conv", accepts_float, make_conv}};

}  // namespace

bool is_bf16_convolution(const Unit& unit, PlanFacts& facts) {
  if (accepts_bf16(unit, facts).kind != Verdict::Kind::accept) return false;
  try {
    const ConvSizes s = conv_sizes(unit, facts);
    const ProductPlan plan = plan_product(unit, facts, s.channels);
    for (const auto type : {onednn::Type::f32, onednn::Type::bf16}) {
      onednn::guarded([&] { return conv_desc(s, plan, true, type); });
    }
    return true;
  } catch (const Error& error) {
    if (error.fault() != Fault::unsupported) throw;
    return false;
  }
}

std::span<const KernelRow> conv_rows() { return kRows; }

}  // namespace pare
