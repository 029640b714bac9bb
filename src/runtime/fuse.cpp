#include <algorithm>
#include <limits>

#include "runtime/select.hpp"

namespace pare {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// The one number of a constant; false when it is none or has several.
bool scalar_of(const Value* value, PlanFacts& facts, float& out) {
  const Tensor* data = facts.constant(value);
  if (data == nullptr || data->size() != 1) return false;
  out = data->to_floats()[0];
  return true;
}

bool clip_of(const Node& node, PlanFacts& facts, Activation& out) {
  out = {Act::clip, -kInfinity, kInfinity};
  if (node.input(1) != nullptr && !scalar_of(node.input(1), facts, out.alpha)) return false;
  if (node.input(2) != nullptr && !scalar_of(node.input(2), facts, out.beta)) return false;
  if (out.alpha > out.beta) return false;  // the last bound wins: leave it to the reference
  if (out.alpha == 0 && out.beta == kInfinity) out = {Act::relu};
  return true;
}

struct Plain {
  std::string_view op;
  Act act;
};
constexpr Plain kPlain[] = {
    {"Relu", Act::relu}, {"Sigmoid", Act::sigmoid},   {"Tanh", Act::tanh},
    {"Mish", Act::mish}, {"Softplus", Act::softplus}, {"HardSwish", Act::hard_swish},
    {"Abs", Act::abs},   {"Neg", Act::neg},           {"Sqrt", Act::sqrt},
    {"Exp", Act::exp},   {"Log", Act::log},           {"Reciprocal", Act::reciprocal},
    {"Erf", Act::erf},   {"Floor", Act::floor},       {"Ceil", Act::ceil},
};

bool is_product(const Node& node) {
  return node.is("Conv") || node.is("ConvTranspose") || node.is("Gemm") || node.is("MatMul");
}

/// The activation of a FusedConv of ONNX Runtime; false when the library has none like it.
bool fused_activation_of(const AttributeReader& a, Activation& out) {
  struct Named {
    std::string_view name;
    Act act;
    std::size_t params;
  };
  constexpr Named kNamed[] = {
      {"Relu", Act::relu, 0}, {"Sigmoid", Act::sigmoid, 0},
      {"Tanh", Act::tanh, 0}, {"LeakyRelu", Act::leaky_relu, 1},
      {"Clip", Act::clip, 2}, {"HardSigmoid", Act::hard_sigmoid, 2},
  };
  const std::string name = a.attr_string("activation");
  const std::vector<float> params = a.attr_floats("activation_params");
  for (const Named& n : kNamed) {
    if (n.name != name || n.params != params.size()) continue;
    out = {n.act, n.params > 0 ? params[0] : 0, n.params > 1 ? params[1] : 0};
    return out.act != Act::clip || out.alpha <= out.beta;
  }
  return false;
}

/// A FusedConv as a convolution with posts: Z is added, then the activation.
std::vector<Unit> fused_conv_units(const Node& node, PlanFacts& facts) {
  constexpr std::size_t kZ = 3;
  Unit unit = single_unit(node);
  if (node.input(kZ) != nullptr) unit.posts.push_back({Post::Kind::add, {}, kZ});
  const AttributeReader attributes = facts.attributes(node);
  if (!attributes.attr_string("activation").empty()) {
    Activation act;
    if (!fused_activation_of(attributes, act)) return {};
    unit.posts.push_back({Post::Kind::activation, act, 0});
  }
  std::vector<Unit> units;
  units.push_back(std::move(unit));
  return units;
}

/// Activations that ONNX Runtime has under names of its own.
bool contrib_activation_of(const Node& node, PlanFacts& facts, Activation& out) {
  const auto is = [&](std::string_view op) { return node.is("com.microsoft", op); };
  if (is("Gelu")) {
    out = {Act::gelu_erf};
    return true;
  }
  if (is("FastGelu") && node.input(1) == nullptr) {
    out = {Act::gelu_tanh};
    return true;
  }
  if (is("QuickGelu")) {
    out = {Act::swish, facts.attributes(node).attr_float("alpha"), 0};
    return true;
  }
  return false;
}

/// A chain of posts, collected from its end towards the product.
struct Chain {
  std::vector<const Node*> nodes;  // from the last to the first
  std::vector<Post> posts;         // same order; operand indexes `operands`
  std::vector<const Value*> operands;
  const Node* product = nullptr;
  std::vector<const Value*> scales;  // of an integer product: of its input and of its weights
};

class ChainFinder {
 public:
  ChainFinder(const PlanFacts& facts, PlanFacts& mutable_facts)
      : facts_(facts), mutable_(mutable_facts) {}

  /// Follows `node` upwards; true when it ends in a product.
  bool follow(const Node& node, Chain& chain, int depth) {
    if (is_product(node)) {
      chain.product = &node;
      chain.nodes.push_back(&node);
      return true;
    }
    if (depth == 0 || node.output() == nullptr) return false;
    if (scaled_integers(node, chain) || gate(node, chain, depth) || gelu(node, chain, depth)) {
      return true;
    }
    Activation act;
    if (activation_of(node, mutable_, act)) {
      chain.nodes.push_back(&node);
      chain.posts.push_back({Post::Kind::activation, act, 0});
      return up(*node.input(0), node, chain, depth);
    }
    return node.is("Add") && add(node, chain, depth);
  }

 private:
  bool up(const Value& v, const Node& reader, Chain& chain, int depth) {
    return v.producer() != nullptr && &v.producer()->graph() == &reader.graph() &&
           is_private(v, facts_) && follow(*v.producer(), chain, depth - 1);
  }

  bool add(const Node& node, Chain& chain, int depth) {
    for (const std::size_t mine : {std::size_t{0}, std::size_t{1}}) {
      const Value* from = node.input(mine);
      const Value* other = node.input(1 - mine);
      if (from == nullptr || other == nullptr || from == other) continue;
      if (!same_shape(*from, *node.output())) continue;
      if (!same_shape(*other, *from) && !mutable_.constant(other)) continue;
      Chain longer = chain;
      longer.nodes.push_back(&node);
      longer.posts.push_back({Post::Kind::add, {}, longer.operands.size()});
      longer.operands.push_back(other);
      if (up(*from, node, longer, depth)) {
        chain = std::move(longer);
        return true;
      }
    }
    return false;
  }

  /// Cast(MatMulInteger(...)) * (a scale of the input * constant scales of the columns).
  bool scaled_integers(const Node& node, Chain& chain) {
    if (!node.is("Mul")) return false;
    for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
      const Node* cast = private_producer(node.input(side), node, "Cast");
      const Node* factor = private_producer(node.input(1 - side), node, "Mul");
      if (cast == nullptr || factor == nullptr) continue;
      const Node* product = private_producer(cast->input(0), node, "MatMulInteger");
      if (product == nullptr || node.output()->dtype().kind() != ElementKind::f32) continue;
      for (const std::size_t moving : {std::size_t{0}, std::size_t{1}}) {
        const Value* scale = factor->input(moving);
        const Value* columns = factor->input(1 - moving);
        if (scale == nullptr || mutable_.constant(scale) != nullptr) continue;
        if (mutable_.constant(columns) == nullptr) continue;
        chain.nodes.insert(chain.nodes.end(), {&node, factor, cast, product});
        chain.product = product;
        chain.scales = {scale, columns};
        return true;
      }
    }
    return false;
  }

  const Node* private_producer(const Value* v, const Node& reader, std::string_view op) const {
    if (v == nullptr || v->producer() == nullptr || !v->producer()->is(op)) return nullptr;
    if (&v->producer()->graph() != &reader.graph() || !is_private(*v, facts_)) return nullptr;
    return v->producer();
  }

  /// x * sigmoid(x) and x * hard_sigmoid(x), where nothing else reads x.
  bool gate(const Node& node, Chain& chain, int depth) {
    if (!node.is("Mul")) return false;
    for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
      const Value* x = node.input(side);
      const Value* g = node.input(1 - side);
      if (x == nullptr || g == nullptr || g->producer() == nullptr) continue;
      const Node& inner = *g->producer();
      Activation act;
      if (inner.input(0) != x || x->producer() == nullptr || x->readers() != 2) continue;
      if (!is_private(*g, facts_) || facts_.observed.count(x) != 0) continue;
      if (&x->producer()->graph() != &node.graph()) continue;
      if (!activation_of(inner, mutable_, act)) continue;
      if (act.act == Act::sigmoid) {
        act = {Act::swish, 1, 0};
      } else if (act.act == Act::hard_sigmoid && is_sixth(act.alpha) && act.beta == 0.5F) {
        act = {Act::hard_swish};
      } else {
        continue;
      }
      chain.nodes.push_back(&node);
      chain.nodes.push_back(&inner);
      chain.posts.push_back({Post::Kind::activation, act, 0});
      return follow(*x->producer(), chain, depth - 1);
    }
    return false;
  }

  /// What a Cast to its own type (of a graph in 16 bits that was widened) hands on.
  const Value* through_casts(const Value* v, Chain& chain) const {
    while (v != nullptr && v->producer() != nullptr && v->producer()->is("Cast") &&
           is_private(*v, facts_) && v->producer()->input(0)->dtype() == v->dtype()) {
      chain.nodes.push_back(v->producer());
      v = v->producer()->input(0);
    }
    return v;
  }

  const Node* private_chain(const Value* v, const Node& reader, std::string_view op,
                            Chain& chain) const {
    if (v == nullptr || !is_private(*v, facts_)) return nullptr;
    const Node* node = private_producer(through_casts(v, chain), reader, op);
    if (node != nullptr) chain.nodes.push_back(node);
    return node;
  }

  /// The operand beside a constant near `wanted`; nullptr when there is none.
  const Value* beside(const Node& node, float wanted, float within) {
    for (const std::size_t side : {std::size_t{1}, std::size_t{0}}) {
      float number = 0;
      if (!scalar_of(node.input(side), mutable_, number)) continue;
      if (number > wanted * (1 - within) && number < wanted * (1 + within)) {
        return node.input(1 - side);
      }
      if (node.is("Div")) break;
    }
    return nullptr;
  }

  /// x / 2 (1 + erf(x / sqrt 2)) as exporters write it: the half beside x, or last.
  bool gelu(const Node& node, Chain& chain, int depth) {
    if (!node.is("Mul")) return false;
    // Constants of graphs in bfloat16 have 8 bits.
    const float within = mutable_.bf16.empty() ? 1e-5F : 0x1p-8F;
    Chain longer = chain;
    longer.nodes.push_back(&node);
    const Value* whole = beside(node, 0.5F, 1e-6F);
    const Node* inner = whole == nullptr ? &node : private_chain(whole, node, "Mul", longer);
    if (inner == nullptr) return false;
    for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
      Chain tried = longer;
      const Value* x = inner->input(1 - side);
      const Node* add = private_chain(inner->input(side), node, "Add", tried);
      if (add == nullptr) continue;
      if (whole == nullptr) {
        const Node* half = private_chain(x, node, "Mul", tried);
        x = half == nullptr ? nullptr : beside(*half, 0.5F, 1e-6F);
      }
      const Value* one = beside(*add, 1.0F, 1e-6F);
      const Node* erf = x == nullptr ? nullptr : private_chain(one, node, "Erf", tried);
      if (erf == nullptr) continue;
      const Node* div = private_chain(erf->input(0), node, "Div", tried);
      const Value* from = div == nullptr ? nullptr : beside(*div, 1.41421356F, within);
      if (div == nullptr) {
        const Node* mul = private_chain(erf->input(0), node, "Mul", tried);
        from = mul == nullptr ? nullptr : beside(*mul, 0.70710678F, within);
      }
      if (from != x || !same_shape(*x, *node.output()) || x->producer() == nullptr ||
          x->readers() != 2)
        continue;
      if (facts_.observed.count(x) != 0 || &x->producer()->graph() != &node.graph()) continue;
      tried.posts.push_back({Post::Kind::activation, {Act::gelu_erf}, 0});
      if (!follow(*x->producer(), tried, depth - 1)) continue;
      chain = std::move(tried);
      return true;
    }
    return false;
  }

  static bool is_sixth(float x) { return x > 0.16666F && x < 0.16667F; }

  const PlanFacts& facts_;
  PlanFacts& mutable_;
};

}  // namespace

bool same_shape(const Value& a, const Value& b) {
  const auto x = a.known_shape();
  const auto y = b.known_shape();
  return x && y && *x == *y;
}

bool activation_of(const Node& node, PlanFacts& facts, Activation& out) {
  if (node.input(0) == nullptr) return false;
  if (!node.domain().empty()) return contrib_activation_of(node, facts, out);
  for (const Plain& p : kPlain) {
    if (node.op() == p.op) {
      out = {p.act};
      return true;
    }
  }
  if (node.is("Clip")) return clip_of(node, facts, out);
  if (node.is("PRelu")) {
    out = {Act::leaky_relu};
    return scalar_of(node.input(1), facts, out.alpha);
  }
  if (node.is("Pow")) {
    out = {Act::power};
    return node.output() != nullptr && same_shape(*node.input(0), *node.output()) &&
           node.input(0)->dtype().is_float() && scalar_of(node.input(1), facts, out.alpha);
  }
  const auto one = [&](Act act) {
    out = {act, facts.attributes(node).attr_float("alpha"), 0};
    return true;
  };
  if (node.is("LeakyRelu")) return one(Act::leaky_relu);
  if (node.is("Elu")) return one(Act::elu);
  if (node.is("Swish")) return one(Act::swish);
  if (node.is("HardSigmoid")) {
    const AttributeReader a = facts.attributes(node);
    out = {Act::hard_sigmoid, a.attr_float("alpha"), a.attr_float("beta")};
    return true;
  }
  if (node.is("Gelu")) {
    const std::string how = facts.attributes(node).attr_string("approximate");
    out = {how == "tanh" ? Act::gelu_tanh : Act::gelu_erf};
    return true;
  }
  return false;
}

std::vector<Unit> fused_float_units(const Node& last, PlanFacts& facts) {
  constexpr int kMostPosts = 6;
  if (last.is("com.microsoft", "FusedConv")) return fused_conv_units(last, facts);
  if (is_product(last)) return {};
  Chain chain;
  if (!ChainFinder(facts, facts).follow(last, chain, kMostPosts)) return {};
  Unit unit = single_unit(*chain.product);
  unit.covers.assign(chain.nodes.rbegin(), chain.nodes.rend());
  unit.outputs = {last.output()};
  if (!chain.scales.empty()) unit.inputs.resize(kScaleInput);
  unit.inputs.insert(unit.inputs.end(), chain.scales.begin(), chain.scales.end());
  const std::size_t first_operand = unit.inputs.size();
  unit.inputs.insert(unit.inputs.end(), chain.operands.begin(), chain.operands.end());
  for (auto p = chain.posts.rbegin(); p != chain.posts.rend(); ++p) {
    unit.posts.push_back(*p);
    unit.posts.back().operand += first_operand;
  }
  std::vector<Unit> units;
  units.push_back(std::move(unit));
  return units;
}

}  // namespace pare
