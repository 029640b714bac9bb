#include <algorithm>
#include <limits>

#include "kernels/depthwise/depthwise_int8.hpp"
#include "kernels/view.hpp"
#include "numerics/rounding.hpp"
#include "runtime/product.hpp"
#include "runtime/rows.hpp"
#include "runtime/window.hpp"

namespace pare {
namespace {

/// One channel in, one out, in two dimensions, with constant weights.
Verdict accepts_shapes(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const Shape w = shape_of(*unit.input(1));
  if (x.size() != 4 || w.size() != 4) return not_mine();
  const AttributeReader a = facts.attributes(*unit.node);
  if (x[1] == 1 || a.attr_int("group") != x[1] || w[0] != x[1] || w[1] != 1) return not_mine();
  if (unit.node->input(2) != nullptr &&
      (facts.constant(unit.input(2)) == nullptr || elements_of(*unit.input(2)) != w[0])) {
    return refuse("the bias is no constant for each channel");
  }
  if (elements_of(*unit.output()) == 0 || elements_of(*unit.input(0)) == 0) {
    return refuse("nothing to do");
  }
  const WindowSizes window = window_sizes(a, {w[2], w[3]}, x, shape_of(*unit.output()));
  for (std::size_t i = 0; i < 2; ++i) {
    if (window.before[i] < 0) return refuse("negative padding");
  }
  return accept();
}

DepthwiseSizes sizes_of(const Unit& unit, PlanFacts& facts) {
  const Shape x = shape_of(*unit.input(0));
  const Shape w = shape_of(*unit.input(1));
  const Shape y = shape_of(*unit.output());
  const WindowSizes window = window_sizes(facts.attributes(*unit.node), {w[2], w[3]}, x, y);
  DepthwiseSizes s;
  s.batch = x[0];
  s.channels = x[1];
  s.in_h = x[2];
  s.in_w = x[3];
  s.out_h = y[2];
  s.out_w = y[3];
  s.kernel_h = w[2];
  s.kernel_w = w[3];
  s.stride_h = window.strides[0];
  s.stride_w = window.strides[1];
  s.dilation_h = window.dilations[0];
  s.dilation_w = window.dilations[1];
  s.top = window.before[0];
  s.left = window.before[1];
  return s;
}

/// A constant per channel straight behind the sum, then at most one function of those that run in
/// registers.
Verdict read_posts(const Unit& unit, PlanFacts& facts, DepthwisePost& post) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  post = {false, -kInf, kInf};
  Verdict verdict = accepts_posts(unit, facts);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  int functions = 0;
  for (const Post& p : unit.posts) {
    if (p.kind != Post::Kind::activation) {
      if (facts.constant(unit.input(p.operand)) == nullptr) return refuse("a value is added");
      continue;  // a bias: nothing else is accepted
    }
    if (++functions > 1) return refuse("two functions follow");
    if (p.act.act == Act::relu) {
      post.low = 0;
    } else if (p.act.act == Act::clip) {
      post.low = p.act.alpha;
      post.high = p.act.beta;
    } else if (p.act.act == Act::hard_swish) {
      post.hard_swish = true;
    } else {
      return refuse(cat("no ", to_string(p.act.act), " in registers"));
    }
  }
  return accept();
}

/// Measured: with steps of 2, many channels and small results the library is up to a quarter
/// faster.
bool is_slower(const DepthwiseSizes& s, bool codes) {
  return s.stride_w == 2 && s.out_w <= 7 && s.channels >= 256 && s.kernel_w <= (codes ? 5 : 3);
}

Verdict accepts_float(const Unit& unit, PlanFacts& facts) {
  if (!is_convolution(unit) || unit.quantized) return not_mine();
  for (const Value* v : {unit.input(0), unit.output()}) {
    if (v->dtype().kind() != ElementKind::f32) return not_mine();
  }
  Verdict verdict = accepts_shapes(unit, facts);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  if (facts.constant(unit.input(1)) == nullptr) return refuse("the weights are not constant");
  if (is_slower(sizes_of(unit, facts), false)) return refuse("the library is faster");
  DepthwisePost post;
  return read_posts(unit, facts, post);
}

Prepared make_float(const Unit& unit, PlanFacts& facts) {
  const DepthwiseSizes sizes = sizes_of(unit, facts);
  const ProductPlan plan = plan_product(unit, facts, sizes.channels);
  DepthwisePost post;
  (void)read_posts(unit, facts, post);
  const auto conv = std::make_shared<Depthwise>(sizes, plan.weights.data<float>(), plan.bias, post);
  Prepared made;
  made.inputs = {{unit.input(0), Layout::channels_last}};
  made.outputs = {Layout::channels_last};
  made.weight_bytes = conv->bytes();
  made.note = conv->isa();
  made.kernel = std::make_unique<FunctionKernel>([conv](const KernelArgs& args) {
    conv->run(view<float>(args.in[0]), view<float>(args.out[0]));
  });
  return made;
}

Verdict accepts_int8(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("Conv") || !unit.quantized) return not_mine();
  Verdict verdict = accepts_shapes(unit, facts);
  if (verdict.kind != Verdict::Kind::accept) return verdict;
  if (!unit.out_quant.on && unit.output()->dtype().kind() != ElementKind::f32) {
    return refuse("the result is neither codes nor float32");
  }
  if (onednn::exact_int8() && is_slower(sizes_of(unit, facts), true)) {
    return refuse("the library is faster");
  }
  DepthwisePost post;
  return read_posts(unit, facts, post);
}

/// The bias of the operator and a constant added behind it, as floats.
std::vector<float> bias_of(const Unit& unit, PlanFacts& facts, std::size_t channels) {
  std::vector<float> bias(channels, 0.0F);
  const auto add = [&](const Value* v) {
    const std::vector<float> more = facts.float_constant(v).to_floats();
    for (std::size_t c = 0; c < channels; ++c) bias[c] += more.size() == 1 ? more[0] : more.at(c);
  };
  if (unit.node->input(2) != nullptr) add(unit.input(2));
  for (const Post& p : unit.posts) {
    if (p.kind == Post::Kind::add) add(unit.input(p.operand));
  }
  return bias;
}

/// The code of a bound; rounding keeps order, so that bounds of codes do what those of floats
/// would.
std::int32_t code_of(float bound, const Quant& q, bool is_signed) {
  const double least = is_signed ? -128 : 0;
  const double code = static_cast<double>(bound) / static_cast<double>(q.scale);
  const double limited = std::clamp(code, -1e6, 1e6);
  return static_cast<std::int32_t>(
      std::clamp(round_nearest_even(limited) + q.zero_point, least, least + 255));
}

DepthwiseCodes codes_of(const Unit& unit, PlanFacts& facts, std::size_t channels) {
  DepthwiseCodes codes;
  (void)read_posts(unit, facts, codes.post);
  const Quant& x = unit.in_quant.at(0);
  const Quant& y = unit.out_quant;
  codes.x_signed = unit.input(0)->dtype().kind() == ElementKind::i8;
  codes.x_zero = x.zero_point;
  codes.to_codes = y.on;
  codes.bias = bias_of(unit, facts, channels);
  double unit_size = 1;  // what a step of the result is where sums are scaled
  if (y.on) {
    codes.y_signed = unit.output()->dtype().kind() == ElementKind::i8;
    codes.y_zero = y.zero_point;
    codes.low_code = code_of(codes.post.low, y, codes.y_signed);
    codes.high_code = code_of(codes.post.high, y, codes.y_signed);
    if (codes.post.hard_swish) {
      codes.step = 1 / y.scale;
    } else {
      unit_size = y.scale;
    }
  }
  for (std::size_t c = 0; c < channels; ++c) {
    const float w = unit.weight_scales[unit.weight_scales.size() == 1 ? 0 : c];
    codes.scales.push_back(static_cast<float>(static_cast<double>(x.scale) * w / unit_size));
    codes.bias[c] = static_cast<float>(codes.bias[c] / unit_size);
  }
  return codes;
}

Prepared make_int8(const Unit& unit, PlanFacts& facts) {
  const DepthwiseSizes sizes = sizes_of(unit, facts);
  const auto conv = std::make_shared<DepthwiseInt8>(
      sizes, unit.weights.data<std::int8_t>(),
      codes_of(unit, facts, static_cast<std::size_t>(sizes.channels)));
  Prepared made;
  made.inputs = {{unit.input(0), Layout::channels_last}};
  made.outputs = {Layout::channels_last};
  made.weight_bytes = conv->bytes();
  made.note = conv->isa();
  made.kernel = std::make_unique<FunctionKernel>(
      [conv](const KernelArgs& args) { conv->run(args.in[0], args.out[0]); });
  return made;
}

constexpr KernelRow kRows[] = {{"native:depthwise_int8", accepts_int8, make_int8},
                               {"native:depthwise", accepts_float, make_float}};

}  // namespace

std::span<const KernelRow> depthwise_rows() { return kRows; }

}  // namespace pare
