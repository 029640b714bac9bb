#include "runtime/product.hpp"

#include <algorithm>
#include <limits>

namespace pare {
namespace {

/// Acts with f(k x) = k f(x) for k > 0 (clip: after its bounds are scaled).
bool scales(const Activation& f) {
  return f.act == Act::relu || f.act == Act::leaky_relu || f.act == Act::clip;
}

bool is_channel_constant(const Value& v, const Value& out, std::size_t channel_axis) {
  const Shape c = shape_of(v);
  const Shape y = shape_of(out);
  if (c.size() > y.size()) return false;
  for (std::size_t i = 0; i < c.size(); ++i) {
    const std::size_t axis = i + y.size() - c.size();
    if (c[i] != 1 && (axis != channel_axis || c[i] != y[axis])) return false;
  }
  return true;
}

std::size_t channel_axis_of(const Unit& unit) {
  return is_convolution(unit) || unit.is("ConvTranspose") ? 1 : shape_of(*unit.output()).size() - 1;
}

void add_to_bias(ProductPlan& plan, const std::vector<float>& more, std::int64_t channels) {
  if (!plan.has_bias) plan.bias.assign(static_cast<std::size_t>(channels), 0.0F);
  plan.has_bias = true;
  for (std::size_t c = 0; c < plan.bias.size(); ++c) {
    plan.bias[c] += more.size() == 1 ? more[0] : more.at(c);
  }
}

/// Does nothing to values that are then saturated to the type of the output.
bool is_idle(const Unit& unit, const Activation& f) {
  if (!unit.out_quant.on) return false;
  const bool is_signed = unit.output()->dtype().kind() == ElementKind::i8;
  const float least = is_signed ? -128.0F : 0.0F;
  const auto zero = static_cast<float>(unit.out_quant.zero_point);
  const float low = (least - zero) * unit.out_quant.scale;
  const float high = (least + 255.0F - zero) * unit.out_quant.scale;
  if (f.act == Act::relu) return low >= 0;
  return f.act == Act::clip && f.alpha <= low && f.beta >= high;
}

struct PostBuilder {
  const Unit& unit;
  ProductPlan& plan;
  float unit_scale;  // what one real unit is where the posts run

  void add_posts(PlanFacts& facts) {
    dnnl::post_ops ops;
    const bool rescale = unit.out_quant.on && unit_scale == 1 && unit.out_quant.scale != 1;
    for (std::size_t i = 0; i < unit.posts.size(); ++i) {
      const Post& p = unit.posts[i];
      const bool last = i + 1 == unit.posts.size();
      if (p.kind == Post::Kind::add) {
        if (!is_bias(unit, i, facts)) add_sum(ops, p);
        continue;
      }
      if (last && is_idle(unit, p.act)) continue;
      Activation f = p.act;
      if (f.act == Act::clip) {
        f.alpha *= unit_scale;
        f.beta *= unit_scale;
      }
      onednn::append(ops, f);
    }
    if (rescale) {
      ops.append_eltwise(1, dnnl::algorithm::eltwise_linear, 1 / unit.out_quant.scale, 0);
    }
    plan.attr.set_post_ops(ops);
  }

  void add_sum(dnnl::post_ops& ops, const Post& p) {
    plan.sum = unit.input(p.operand);
    if (!unit.quantized || !unit.in_quant.at(p.operand).on) {
      ops.append_sum(unit_scale);
      return;
    }
    const Quant& q = unit.in_quant[p.operand];
    ops.append_sum(q.scale * unit_scale, 0, onednn::type_of(plan.sum->dtype()));
    if (q.zero_point != 0) {
      const float shift = -static_cast<float>(q.zero_point) * q.scale * unit_scale;
      ops.append_eltwise(1, dnnl::algorithm::eltwise_linear, 1, shift);
    }
  }
};

float unit_scale_of(const Unit& unit) {
  if (!unit.out_quant.on) return 1;
  for (const Post& p : unit.posts) {
    if (p.kind == Post::Kind::activation && !scales(p.act)) return 1;
  }
  return 1 / unit.out_quant.scale;
}

void plan_integers(const Unit& unit, ProductPlan& plan, std::size_t axis) {
  const Quant& x = unit.in_quant.at(0);
  const float unit_scale = unit_scale_of(unit);

  std::vector<float> scales_out;
  for (const float w : unit.weight_scales) scales_out.push_back(x.scale * w * unit_scale);
  for (std::size_t c = 0; c < plan.bias.size(); ++c) {
    const float w = unit.weight_scales[unit.weight_scales.size() == 1 ? 0 : c];
    plan.bias[c] /= x.scale * w;
  }
  plan.attr.set_output_scales(scales_out.size() == 1 ? 0 : 1 << axis, scales_out);
  if (x.zero_point != 0) plan.attr.set_zero_points(DNNL_ARG_SRC, 0, {x.zero_point});
  if (unit.out_quant.on && unit.out_quant.zero_point != 0) {
    plan.attr.set_zero_points(DNNL_ARG_DST, 0, {unit.out_quant.zero_point});
  }
}

}  // namespace

bool is_bias(const Unit& unit, std::size_t post, PlanFacts& facts) {
  if (post != 0 || unit.posts[0].kind != Post::Kind::add) return false;
  const Value* v = unit.input(unit.posts[0].operand);
  return facts.constant(v) != nullptr &&
         is_channel_constant(*v, *unit.output(), channel_axis_of(unit));
}

bool is_convolution(const Unit& unit) {
  if (unit.dequantizes != nullptr) return false;
  if (unit.is("Conv")) return true;
  if (!unit.node->is("com.microsoft", "FusedConv")) return false;
  constexpr std::size_t kZ = 3;
  const auto* activation = unit.node->attribute_as<std::string>("activation");
  const bool activates = activation != nullptr && !activation->empty();
  // Parameters of no activation: the operator refuses them.
  if (!activates && unit.node->attribute("activation_params") != nullptr) return false;
  const std::size_t posts = (unit.node->input(kZ) != nullptr ? 1U : 0U) + (activates ? 1U : 0U);
  return unit.posts.size() == posts;
}

Verdict accepts_posts(const Unit& unit, PlanFacts& facts) {
  int sums = 0;
  for (std::size_t i = 0; i < unit.posts.size(); ++i) {
    const Post& p = unit.posts[i];
    if (p.kind == Post::Kind::activation) {
      dnnl::algorithm algorithm = dnnl::algorithm::undef;
      float alpha = 0;
      float beta = 0;
      if (p.act.act != Act::hard_sigmoid && !onednn::algorithm_of(p.act, algorithm, alpha, beta)) {
        return refuse(cat("the library has no ", to_string(p.act.act)));
      }
      continue;
    }
    if (p.kind == Post::Kind::mul) return refuse("a multiplication follows");
    if (is_bias(unit, i, facts)) continue;
    const Value* v = unit.input(p.operand);
    if (facts.constant(v) != nullptr) return refuse("a constant is added that is no bias");
    if (shape_of(*v) != shape_of(*unit.output())) return refuse("the added value is broadcast");
    const bool quantized = unit.quantized && unit.in_quant.at(p.operand).on;
    const bool narrow =
        v->dtype() == unit.output()->dtype() && v->dtype().kind() == ElementKind::bf16;
    if (!quantized && !narrow && v->dtype().kind() != ElementKind::f32) {
      return refuse("no float32 is added");
    }
    if (quantized != unit.out_quant.on) return refuse("the added value has another type");
    if (++sums > 1) return refuse("two values are added");
  }
  return accept();
}

ProductPlan plan_product(const Unit& unit, PlanFacts& facts, std::int64_t channels,
                         std::size_t rank) {
  ProductPlan plan;
  plan.attr = onednn::attributes();
  plan.src_type = onednn::type_of(unit.input(0)->dtype());
  plan.dst_type = onednn::type_of(unit.output()->dtype());
  if (unit.quantized) {
    plan.weights_type = onednn::Type::s8;
    plan.weights = unit.weights;
  } else if (facts.constant(unit.input(1)) != nullptr) {
    plan.weights = facts.float_constant(unit.input(1));
  }
  // Without a bias, input 2 of the unit is the operand of a post.
  if (unit.node->input(2) != nullptr && !unit.is("MatMul")) {
    add_to_bias(plan, facts.float_constant(unit.input(2)).to_floats(), channels);
  }
  if (!unit.posts.empty() && is_bias(unit, 0, facts)) {
    add_to_bias(plan, facts.float_constant(unit.input(unit.posts[0].operand)).to_floats(),
                channels);
  }
  if (unit.quantized) plan_integers(unit, plan, rank > 0 ? rank - 1 : channel_axis_of(unit));
  PostBuilder{unit, plan, unit_scale_of(unit)}.add_posts(facts);
  return plan;
}

}  // namespace pare
