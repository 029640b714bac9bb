#include <algorithm>
#include <limits>

#include "runtime/select.hpp"

namespace pare {
namespace {

bool is_byte(DType type) {
  return type.valid() && (type.kind() == ElementKind::i8 || type.kind() == ElementKind::u8);
}

/// Codes of at most 8 bits: weights of the narrow ones are widened when they are packed.
bool fits_byte(DType type) {
  return type.valid() && type.is_integer() && type.bits_per_value() <= 8;
}

/// Scale and zero point (inputs 1 and 2) of a per-tensor Q or DQ node with float32 scale.
bool quant_of(const Node& node, PlanFacts& facts, Quant& out) {
  const Tensor* scale = facts.constant(node.input(1));
  if (scale == nullptr || scale->size() != 1 || scale->kind() != ElementKind::f32) return false;
  out = {true, scale->data<float>()[0], 0};
  if (!(out.scale > 0)) return false;
  if (node.input(2) == nullptr) return true;
  const Tensor* zero = facts.constant(node.input(2));
  if (zero == nullptr || zero->size() != 1) return false;
  out.zero_point = static_cast<std::int32_t>(zero->to_ints()[0]);
  return true;
}

/// The node when `v` comes from a per-tensor DequantizeLinear of 8-bit codes that a run computes.
const Node* dequantized(const Value* v, PlanFacts& facts, Quant& out) {
  if (v == nullptr || v->producer() == nullptr) return nullptr;
  const Node& node = *v->producer();
  if (!node.is("DequantizeLinear") || !is_byte(node.input(0)->dtype())) return nullptr;
  if (v->dtype().kind() != ElementKind::f32) return nullptr;
  return quant_of(node, facts, out) ? &node : nullptr;
}

bool is_quantize(const Node& node, PlanFacts& facts, Quant& out) {
  if (!node.is("QuantizeLinear") || !is_byte(node.output()->dtype())) return false;
  if (node.input(0)->dtype().kind() != ElementKind::f32) return false;
  if (facts.attributes(node).attr_int("precision") > 1) return false;
  return quant_of(node, facts, out);
}

/// Weights of a product: integers less their zero points, and scales per output channel.
class WeightReader {
 public:
  WeightReader(const Node& product, PlanFacts& facts) : product_(product), facts_(facts) {}

  bool read(Unit& unit) {
    const Value* w = product_.input(1);
    if (w == nullptr || w->producer() == nullptr) return false;
    const Node& node = *w->producer();
    if (!node.is("DequantizeLinear")) return false;
    if (facts_.attributes(node).attr_int("block_size") != 0) return false;
    const Tensor* q = facts_.constant(node.input(0));
    const Tensor* scale = facts_.constant(node.input(1));
    const Tensor* zero = facts_.constant(node.input(2));
    if (q == nullptr || scale == nullptr || !fits_byte(q->type())) return false;
    if (scale->kind() != ElementKind::f32) return false;
    if (node.input(2) != nullptr && zero == nullptr) return false;
    if (scale->size() != 1 && !along_channels(node, *q, *scale)) return false;
    const auto s = scale->data<float>();
    unit.weight_scales.assign(s.begin(), s.end());
    if (std::any_of(s.begin(), s.end(), [](float x) { return !(x > 0); })) return false;
    return shift(*q, zero, unit);
  }

 private:
  bool along_channels(const Node& node, const Tensor& q, const Tensor& scale) {
    std::int64_t axis = facts_.attributes(node).attr_int("axis");
    const auto rank = static_cast<std::int64_t>(q.rank());
    if (axis < 0) axis += rank;
    axis_ = axis;
    std::int64_t wanted = 0;
    if (product_.is("MatMul")) wanted = rank - 1;
    if (product_.is("Gemm")) {
      wanted = facts_.attributes(product_).attr_int("transB") != 0 ? 0 : 1;
    }
    return axis == wanted && scale.rank() == 1 &&
           scale.size() == q.dim(static_cast<std::size_t>(axis));
  }

  bool shift(const Tensor& q, const Tensor* zero, Unit& unit) const {
    std::vector<std::int64_t> zeros = {0};
    if (zero != nullptr) zeros = zero->to_ints();
    std::int64_t inner = 1;
    for (std::size_t i = q.rank(); i-- > static_cast<std::size_t>(axis_ + 1);) inner *= q.dim(i);
    const std::int64_t channels = q.rank() == 0 ? 1 : q.dim(static_cast<std::size_t>(axis_));
    if (zeros.size() != 1 && static_cast<std::int64_t>(zeros.size()) != channels) return false;
    const bool centred = std::all_of(zeros.begin(), zeros.end(), [](auto z) { return z == 0; });
    if (centred && q.kind() == ElementKind::i8) {  // as they are: no copy
      unit.weights = q;
      return true;
    }
    const std::vector<std::int64_t> codes = q.to_ints();
    unit.weights = Tensor(ElementKind::i8, q.shape());
    const auto out = unit.weights.mutable_data<std::int8_t>();
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const auto channel = static_cast<std::int64_t>(i) / inner % channels;
      const std::int64_t v =
          codes[i] - zeros[zeros.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
      if (v < -128 || v > 127) return false;
      out[i] = static_cast<std::int8_t>(v);
    }
    return true;
  }

  const Node& product_;
  PlanFacts& facts_;
  std::int64_t axis_ = 0;
};

/// The DequantizeLinear behind input 1 of a MatMul of two computed values, as in attention.
const Node* second_activation(Unit& unit, PlanFacts& facts) {
  if (!unit.is("MatMul") || facts.constant(unit.input(1)) != nullptr) return nullptr;
  const Node* w = dequantized(unit.input(1), facts, unit.in_quant[1]);
  if (w != nullptr) unit.weight_scales = {unit.in_quant[1].scale};
  return w;
}

/// Makes a float unit that ends in `value` quantized: DQ nodes in front, Q (may be none) behind.
bool quantize_product(Unit& unit, const Node* q, const Quant& out, PlanFacts& facts) {
  unit.in_quant.assign(unit.inputs.size(), Quant());
  const Node* x = dequantized(unit.input(0), facts, unit.in_quant[0]);
  if (x == nullptr || facts.constant(unit.input(0)) != nullptr) return false;
  std::vector<const Node*> covers = {x};
  if (!WeightReader(*unit.node, facts).read(unit)) {
    const Node* w = second_activation(unit, facts);
    if (w == nullptr) return false;
    unit.inputs[1] = w->input(0);
    if (w != x) covers.push_back(w);
  }
  unit.inputs[0] = x->input(0);
  for (const Post& p : unit.posts) {
    if (p.kind != Post::Kind::add || facts.constant(unit.input(p.operand)) != nullptr) continue;
    if (q == nullptr) continue;  // a float is added to a float
    const Node* r = dequantized(unit.input(p.operand), facts, unit.in_quant[p.operand]);
    if (r == nullptr) return false;
    unit.inputs[p.operand] = r->input(0);
    covers.push_back(r);
  }
  unit.covers.insert(unit.covers.begin(), covers.begin(), covers.end());
  unit.quantized = true;
  if (q != nullptr) {
    unit.covers.push_back(q);
    unit.outputs = {q->output()};
    unit.out_quant = out;
  }
  return true;
}

/// The product alone, or the product with what follows it up to `last`.
std::vector<Unit> product_units(const Node& last, PlanFacts& facts) {
  if (last.is("Conv") || last.is("Gemm") || last.is("MatMul")) return {single_unit(last)};
  return fused_float_units(last, facts);
}

/// A Resize that copies elements: what lies outside of a crop would be a float.
bool is_nearest(const Node& n) {
  return n.is("Resize") && n.string_or("mode", "nearest") == "nearest" &&
         n.string_or("coordinate_transformation_mode", "") != "tf_crop_and_resize";
}

bool is_rearrangement(const Node& n) {
  if (is_nearest(n)) return true;
  constexpr std::string_view kOps[] = {
      "Reshape",       "Flatten", "Squeeze", "Unsqueeze", "Transpose",    "MaxPool",     "Identity",
      "GlobalMaxPool", "Slice",   "Split",   "Gather",    "DepthToSpace", "SpaceToDepth"};
  return n.domain().empty() &&
         std::find(std::begin(kOps), std::end(kOps), n.op()) != std::end(kOps);
}

bool same_codes(const Quant& a, const Quant& b, DType x, DType y) {
  return a.scale == b.scale && a.zero_point == b.zero_point && x == y;
}

/// DQ -> an operator that only moves codes -> Q with the same numbers.
bool move_codes(const Node& node, const Node& q, const Quant& out, PlanFacts& facts, Unit& unit) {
  if (!is_rearrangement(node) || node.outputs().size() != 1) return false;
  Quant in;
  const Node* x = dequantized(node.input(0), facts, in);
  if (x == nullptr) return false;
  if (!same_codes(in, out, x->input(0)->dtype(), q.output()->dtype())) return false;
  unit = single_unit(node);
  unit.inputs[0] = x->input(0);
  unit.outputs = {q.output()};
  unit.covers = {x, &node, &q};
  return true;
}

/// Of the results of a LayerNormalization only the first is there.
bool gives_one_value(const Node& node) {
  const auto& outputs = node.outputs();
  return std::all_of(outputs.begin() + 1, outputs.end(),
                     [](const Value* v) { return v == nullptr; });
}

/// DQs -> element-wise, mean, normalisation or concatenation -> (bounds) -> Q.
class Integers {
 public:
  Integers(const Node& q, const Quant& out, PlanFacts& facts) : q_(q), out_(out), facts_(facts) {}

  bool build(const Node& node, Unit& unit) {
    if (build_from(node, unit)) return true;
    Activation f;
    const Value* inner = node.input(0);
    if (!activation_of(node, facts_, f) || inner == nullptr || inner->producer() == nullptr) {
      return false;
    }
    if (f.act != Act::relu && f.act != Act::clip) return false;
    if (!is_private(*inner, facts_)) return false;
    const Node& first = *inner->producer();
    if (!first.is("Add") && !first.is("Mul")) return false;
    if (!build_from(first, unit)) return false;
    unit.posts = {{Post::Kind::activation, f, 0}};
    unit.covers.insert(unit.covers.end() - 1, &node);
    return true;
  }

 private:
  bool build_from(const Node& node, Unit& unit) {
    Activation f;
    const bool table = node.is("DequantizeLinear") || activation_of(node, facts_, f);
    const bool several = node.is("Add") || node.is("Mul") || node.is("Concat");
    const bool one = node.is("GlobalAveragePool") || node.is("ReduceMean") ||
                     node.is("AveragePool") ||
                     (node.is("LayerNormalization") && gives_one_value(node));
    if (!table && !several && !one) return false;
    unit = single_unit(node);
    unit.quantized = true;
    unit.in_quant.assign(unit.inputs.size(), Quant());
    unit.covers.clear();
    if (node.is("DequantizeLinear")) {  // nothing between DQ and Q
      Quant in;
      if (dequantized(node.output(), facts_, in) == nullptr) return false;
      unit.in_quant[0] = in;
    } else {
      const std::size_t n = several ? unit.inputs.size() : 1;
      for (std::size_t i = 0; i < n; ++i) {
        const Node* x = dequantized(unit.inputs[i], facts_, unit.in_quant[i]);
        if (x == nullptr) return false;
        unit.inputs[i] = x->input(0);
        if (std::find(unit.covers.begin(), unit.covers.end(), x) == unit.covers.end()) {
          unit.covers.push_back(x);
        }
      }
    }
    unit.covers.push_back(&node);
    unit.covers.push_back(&q_);
    unit.outputs = {q_.output()};
    unit.out_quant = out_;
    return true;
  }

  const Node& q_;
  const Quant& out_;
  PlanFacts& facts_;
};

}  // namespace

std::vector<Unit> quantized_units(const Node& last, PlanFacts& facts) {
  std::vector<Unit> units;
  Quant out;
  if (is_quantize(last, facts, out)) {
    const Value* v = last.input(0);
    const Node* before = v->producer();
    if (before == nullptr || &before->graph() != &last.graph()) return units;
    const bool direct = before->is("DequantizeLinear");
    if (!direct && !is_private(*v, facts)) return units;
    for (Unit& unit : product_units(*before, facts)) {
      if (quantize_product(unit, &last, out, facts)) units.push_back(std::move(unit));
    }
    Unit unit;
    if (move_codes(*before, last, out, facts, unit)) units.push_back(std::move(unit));
    Unit other;
    if (Integers(last, out, facts).build(*before, other)) units.push_back(std::move(other));
    return units;
  }
  for (Unit& unit : product_units(last, facts)) {
    if (quantize_product(unit, nullptr, out, facts)) units.push_back(std::move(unit));
  }
  return units;
}

}  // namespace pare
