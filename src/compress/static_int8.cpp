#include "compress/static_int8.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "compress/guard_float_layers.hpp"

namespace pare {
namespace {

// How an operator takes part in an integer region.
enum class Role : std::uint8_t { none, product, move, pool, pointwise, pad, activation };

bool is_one_of(const Node& node, std::initializer_list<std::string_view> ops) {
  return node.domain().empty() && std::find(ops.begin(), ops.end(), node.op()) != ops.end();
}

/// Shape of constant weights, coded or not; nullopt for what is no product.
std::optional<Shape> weight_shape(const Node& node) {
  if (constant_weights(node) != nullptr) return node.input(1)->constant().shape();
  if (!is_one_of(node, {"Conv", "ConvTranspose", "Gemm", "MatMul"})) return std::nullopt;
  if (!is_coded_weight(node.input(1))) return std::nullopt;
  const auto shape = node.input(1)->known_shape();
  return shape && shape->size() >= 2 ? shape : std::nullopt;
}

bool is_product(const Node& node) {
  const auto weights = weight_shape(node);
  if (!weights || node.is("ConvTranspose")) return false;
  if (node.is("MatMul")) return weights->size() == 2;
  if (node.is("Gemm")) {
    if (node.int_or("transA", 0) != 0) return false;
    const bool scaled = node.float_or("alpha", 1) != 1 || node.float_or("beta", 1) != 1;
    if (scaled && !node.input(1)->is_constant()) return false;
    const Value* c = node.input(2);
    if (c == nullptr) return true;
    return c->is_constant() &&
           c->constant().size() == (*weights)[static_cast<std::size_t>(weight_channel_axis(node))];
  }
  const Value* b = node.input(2);
  return b == nullptr || b->is_constant();
}

class Quantizer {
 public:
  Quantizer(Graph& graph, const ActivationTable& stats, const StaticInt8& options,
            const TargetRules& rules)
      : graph_(graph), stats_(stats), options_(options), rules_(rules) {
    symmetric_ = !rules.int8_asymmetric_activations || !rules.unsigned_activations;
  }

  std::vector<LayerQuantization> run() {
    choose_products();
    grow_regions();
    prune_tails();
    assign_params();
    emit();
    if (rules_.quantizes_float_layers) guard_float_layers(graph_);
    graph_.sort();
    graph_.remove_unused();
    return std::move(report_);
  }

 private:
  [[nodiscard]] Role role(const Node& node) const {
    if (products_.count(&node) > 0) return Role::product;
    const auto has = [&](std::string_view op) {
      return std::find(rules_.int8_ops.begin(), rules_.int8_ops.end(), op) != rules_.int8_ops.end();
    };
    if (!node.domain().empty() || node.outputs().size() != 1) return Role::none;
    if (is_one_of(node, {"Relu", "Clip"}) && is_absorbed_activation(node)) return Role::activation;
    if (!has(node.op())) return Role::none;
    if (is_one_of(node, {"Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Slice",
                         "MaxPool", "GlobalMaxPool", "ReduceMax", "ReduceMin", "DepthToSpace",
                         "SpaceToDepth", "Gather", "GatherElements", "Expand", "Tile"})) {
      return Role::move;
    }
    if (node.is("Pad")) return pads_with_zero(node) ? Role::pad : Role::none;
    if (is_one_of(node, {"AveragePool", "GlobalAveragePool"})) return Role::pool;
    if (is_one_of(node, {"Resize"})) {
      return node.string_or("mode", "nearest") == "nearest" ? Role::move : Role::none;
    }
    return Role::pointwise;
  }

  static bool pads_with_zero(const Node& node) {
    if (node.string_or("mode", "constant") != "constant") return false;
    const Value* v = node.input(2);
    if (v == nullptr) return true;
    return v->is_constant() && v->constant().size() == 1 && v->constant().to_floats()[0] == 0.0F;
  }

  // A Relu or Clip whose only producer is quantized and feeds nothing else: the saturation of the
  // quantizer behind it does its work.
  [[nodiscard]] bool is_absorbed_activation(const Node& node) const {
    const Value* x = node.input(0);
    if (symmetric_ || x == nullptr || x->producer() == nullptr || x->readers() != 1) return false;
    const Node& before = *x->producer();
    const bool can_absorb = products_.count(&before) > 0 || before.is("Add");
    if (!can_absorb || joined_.count(&before) == 0) return false;
    if (node.is("Relu")) return true;
    for (std::size_t i = 1; i <= 2; ++i) {
      if (node.input(i) != nullptr && !node.input(i)->is_constant()) return false;
    }
    const Value* low = node.input(1);
    return low != nullptr && low->constant().to_floats()[0] == 0.0F;
  }

  void choose_products() {
    for (Node* node : graph_.nodes()) {
      if (!weight_shape(*node)) continue;
      LayerQuantization row{node->name(), node->op(), false, {}, 0};
      if (!is_product(*node)) {
        row.reason = "this form of the operator has no integer kernel";
      } else if (!options_.weights && node->input(1)->is_constant()) {
        row.reason = "its weights are float";
      } else if (options_.keep_float.count(node->name()) > 0) {
        row.reason = "kept in float by choice";
      } else if (!options_.only.empty() && options_.only.count(node->name()) == 0) {
        row.reason = "not among the chosen";
      } else if (stats_.count(node->input(0)->name()) == 0 ||
                 stats_.count(node->output()->name()) == 0) {
        row.reason = "calibration saw no float values there";
      } else {
        row.quantized = true;
        products_.insert(node);
        joined_.insert(node);
      }
      report_.push_back(std::move(row));
    }
  }

  [[nodiscard]] static std::vector<Value*> data_inputs(const Node& node) {
    if (is_one_of(node, {"Concat", "Add", "Mul", "Sub", "Div"})) {
      return {node.inputs().begin(), node.inputs().end()};
    }
    return {node.input(0)};
  }

  // Values that exist as integers: made by a node of the region, or read by a product.
  [[nodiscard]] bool is_integer_value(const Value* v) const {
    if (v == nullptr || v->is_constant() || v->dtype() != ElementKind::f32) return false;
    if (v->producer() != nullptr && joined_.count(v->producer()) > 0) return true;
    return std::any_of(v->uses().begin(), v->uses().end(),
                       [&](const Use& u) { return products_.count(u.node) > 0 && u.input == 0; });
  }

  void grow_regions() {
    for (Node* node : graph_.nodes()) {
      if (joined_.count(node) > 0) continue;
      const Role r = role(*node);
      if (r == Role::none || node->output()->dtype() != ElementKind::f32) continue;
      const auto inputs = data_inputs(*node);
      const bool all = std::all_of(inputs.begin(), inputs.end(),
                                   [&](const Value* v) { return is_integer_value(v); });
      if (all && stats_.count(node->output()->name()) > 0) joined_.insert(node);
    }
  }

  // Operators behind the last product gain nothing as integers and would lose accuracy.
  void prune_tails() {
    std::vector<Node*> order = graph_.nodes();
    for (auto it = order.rbegin(); it != order.rend(); ++it) {
      Node* node = *it;
      if (joined_.count(node) == 0 || products_.count(node) > 0) continue;
      if (role(*node) == Role::activation) continue;  // decided by its producer
      const auto& uses = node->output()->uses();
      const bool feeds = std::any_of(uses.begin(), uses.end(),
                                     [&](const Use& u) { return joined_.count(u.node) > 0; });
      if (!feeds) joined_.erase(node);
    }
  }

  // The value that carries what `node` computes once Relu and Clip behind it are absorbed.
  [[nodiscard]] Value* final_output(const Node& node) const {
    Value* out = node.output();
    if (out->uses().size() == 1 && out->readers() == 1) {
      Node* next = out->uses()[0].node;
      if (joined_.count(next) > 0 && is_one_of(*next, {"Relu", "Clip"}) &&
          role(*next) == Role::activation) {
        return next->output();
      }
    }
    return out;
  }

  void assign_params() {
    for (Value* input : graph_.inputs()) maybe_assign(input);
    for (Node* node : graph_.nodes()) {
      for (Value* v : node->outputs()) {
        if (v != nullptr) maybe_assign(v);
      }
    }
  }

  void maybe_assign(Value* v) {
    if (!is_integer_value(v)) return;
    Node* p = v->producer();
    if (p != nullptr && joined_.count(p) > 0) {
      if (final_output(*p) != v) return;  // an absorbed activation follows
      const Role r = role(*p);
      if ((r == Role::move || r == Role::pad) && params_.count(p->input(0)) > 0) {
        params_[v] = params_.at(p->input(0));
        return;
      }
      if (products_.count(p) > 0 && output_may_stay_float(*p, *v)) return;
    }
    const auto it = stats_.find(v->name());
    if (it == stats_.end()) return;
    params_[v] = affine_params(
        choose_range(it->second, options_.calibration, symmetric_ ? 255 : 256, options_.percentile),
        symmetric_);
  }

  // Products that feed no integer reader need no quantizer where the runtime can do without.
  [[nodiscard]] bool output_may_stay_float(const Node& product, const Value& out) const {
    const bool read_as_integer =
        std::any_of(out.uses().begin(), out.uses().end(),
                    [&](const Use& u) { return joined_.count(u.node) > 0; });
    if (read_as_integer || &out != product.output()) return false;
    return !product.is("Conv") || !rules_.needs_output_quantizer;
  }

  void emit() {
    for (Node* node : graph_.nodes()) {
      if (products_.count(node) > 0) quantize_constants(*node);
    }
    std::vector<Value*> values;
    for (Value* v : graph_.inputs()) values.push_back(v);
    for (Node* node : graph_.nodes()) values.push_back(node->output());
    for (Value* v : values) {
      if (v != nullptr && params_.count(v) > 0) quantize_value(v);
    }
  }

  [[nodiscard]] std::pair<Value*, Value*> constants_for(const AffineParams& p,
                                                        const std::string& name) {
    Value* scale = graph_.add_constant(Tensor::scalar<float>(p.scale), name + "_s");
    Value*& zero = zeros_[{p.type, p.zero_point}];
    if (zero == nullptr) {
      Tensor code(p.type, Shape{});
      code.mutable_bytes()[0] = static_cast<std::byte>(p.zero_point & 0xFF);
      zero = graph_.add_constant(std::move(code), cat("zp", p.zero_point));
    }
    return {scale, zero};
  }

  void quantize_value(Value* v) {
    const AffineParams p = params_.at(v);
    const std::string name = v->name();
    Node* producer = v->producer();
    const bool made_by_region = producer != nullptr && joined_.count(producer) > 0;
    const std::vector<Use> uses = v->uses();
    const bool is_output = v->is_graph_output();
    const auto [scale, zero] = constants_for(p, name);
    const std::vector<std::int64_t> none;
    Value* source = v;
    if (producer != nullptr && made_by_region && role(*producer) == Role::activation) {
      source = producer->input(0);  // the quantizer saturates where Relu or Clip would
    }
    Value* codes = nullptr;
    if (made_by_region && role(*producer) == Role::pad && padded_.count(producer) > 0) {
      codes = padded_.at(producer);
    } else {
      codes = graph_
                  .add_node({.op = "QuantizeLinear",
                             .inputs = {source, scale, zero},
                             .output_names = {graph_.unique_name(name + "_q")}})
                  ->output();
      codes->set_type(ValueType(dtype_of(p.type), v->type().shape));
    }
    for (const Use& use : uses) {
      const bool integer_reader = joined_.count(use.node) > 0;
      if (!integer_reader && !made_by_region) continue;
      if (integer_reader && role(*use.node) == Role::pad && use.input == 0) {
        pad_codes(*use.node, codes, zero);
        continue;
      }
      graph_.replace_use(use, dequantized(codes, scale, zero, name, v->type().shape));
    }
    if (!is_output || !made_by_region) return;
    graph_.rename(v, graph_.unique_name(name + "_float"));
    Value* out = dequantized(codes, scale, zero, name, v->type().shape);
    for (std::size_t i = 0; i < graph_.outputs().size(); ++i) {
      if (graph_.outputs()[i] == v) graph_.set_output(i, out);
    }
    graph_.rename(out, name);
  }

  Value* dequantized(Value* codes, Value* scale, Value* zero, const std::string& name,
                     const std::optional<SymShape>& shape) {
    Node* dq = graph_.add_node({.op = "DequantizeLinear",
                                .inputs = {codes, scale, zero},
                                .output_names = {graph_.unique_name(name + "_dq")}});
    dq->output()->set_type(ValueType(dtype_of(ElementKind::f32), shape));
    return dq->output();
  }

  // Zero padding of the codes themselves, with the code of zero: runtimes have no fused kernel
  // for a Pad between Q and DQ, but all have an 8-bit Pad.
  void pad_codes(Node& pad, Value* codes, Value* zero) {
    std::vector<Value*> inputs = pad.inputs();
    inputs[0] = codes;
    inputs.resize(std::max<std::size_t>(inputs.size(), 3), nullptr);
    inputs[2] = zero;
    Node* made =
        graph_.add_node({.op = "Pad",
                         .inputs = inputs,
                         .attributes = pad.attributes(),
                         .name = graph_.unique_name(pad.name() + "_q"),
                         .output_names = {graph_.unique_name(pad.output()->name() + "_q")}});
    made->output()->set_type(ValueType(codes->dtype(), pad.output()->type().shape));
    padded_[&pad] = made->output();
  }

  // The bias beside weights that are codes already. Where they have scales of another kind, or the
  // bias does not fit int32 at the product of the scales, it stays float.
  void quantize_bias_only(Node& node) {
    const Node& dq = *node.input(1)->producer();  // or an Add or Reshape behind it
    if (node.input(2) == nullptr || !dq.is("DequantizeLinear") || dq.int_or("block_size", 0) != 0) {
      return;
    }
    const Tensor& scales = dq.input(1)->constant();
    if (scales.size() != 1 && dq.int_or("axis", 1) != weight_channel_axis(node)) return;
    QuantizedWeights q;
    q.scales = scales.to_floats();
    const float x_scale = params_.at(node.input(0)).scale;
    const std::vector<float> b = node.input(2)->constant().to_floats();
    for (std::size_t c = 0; c < b.size(); ++c) {
      const float step = x_scale * q.scales[q.scales.size() > 1 ? c : 0];
      if (!(std::fabs(b[c]) < step * 1.0e9F)) return;
    }
    node.set_input(2, quantized_bias(node, b, x_scale, q, b.size()));
  }

  void quantize_constants(Node& node) {
    Value* w = node.input(1);
    if (!w->is_constant()) {
      quantize_bias_only(node);
      return;
    }
    const AffineParams x = params_.at(node.input(0));
    Tensor weights = w->constant();
    Tensor bias = node.input(2) != nullptr ? node.input(2)->constant() : Tensor();
    if (node.is("Gemm")) fold_gemm_factors(node, weights, bias);
    WeightOptions wo;
    wo.per_channel = options_.per_channel;
    wo.axis = weight_channel_axis(node);
    wo.qmax = options_.weight_qmax;
    wo.clip_search = options_.clip_search;
    const auto channels = static_cast<std::size_t>(weights.dim(static_cast<std::size_t>(wo.axis)));
    const std::vector<float> b = bias.valid() ? bias.to_floats() : std::vector<float>{};
    if (!b.empty()) {
      // |b| / (sx * sw) must fit int32 with room for the accumulation.
      wo.least_scales.assign(options_.per_channel ? channels : 1, 0.0F);
      for (std::size_t c = 0; c < channels; ++c) {
        float& least = wo.least_scales[options_.per_channel ? c : 0];
        least = std::max(least, std::fabs(b[c]) / (x.scale * 1.0e9F));
      }
    }
    const QuantizedWeights q = quantize_weights(weights, wo);
    for (LayerQuantization& row : report_) {
      if (row.node == node.name()) row.weight_sqnr_db = q.sqnr_db;
    }
    node.set_input(1, add_weight_dequantizer(graph_, q, w->name(), &node));
    if (!b.empty()) node.set_input(2, quantized_bias(node, b, x.scale, q, channels));
  }

  static void fold_gemm_factors(Node& node, Tensor& weights, Tensor& bias) {
    const auto scaled = [](const Tensor& t, float factor) {
      std::vector<float> values = t.to_floats();
      for (float& v : values) v *= factor;
      return Tensor::of<float>(t.shape(), values);
    };
    const float alpha = node.float_or("alpha", 1.0F);
    const float beta = node.float_or("beta", 1.0F);
    if (alpha != 1.0F) weights = scaled(weights, alpha);
    if (beta != 1.0F && bias.valid()) bias = scaled(bias, beta);
    node.erase_attribute("alpha");
    node.erase_attribute("beta");
  }

  Value* quantized_bias(Node& node, const std::vector<float>& b, float x_scale,
                        const QuantizedWeights& q, std::size_t channels) {
    const bool per_channel = q.scales.size() > 1;
    std::vector<float> scales;
    for (const float s : q.scales) scales.push_back(s * x_scale);
    std::vector<std::int32_t> codes(channels);
    for (std::size_t c = 0; c < channels; ++c) {
      const double step = scales[per_channel ? c : 0];
      codes[c] = static_cast<std::int32_t>(std::clamp(
          std::nearbyint(static_cast<double>(b[c]) / step), -2147483647.0, 2147483647.0));
    }
    const std::string name = node.input(2)->name();
    const auto n = static_cast<std::int64_t>(channels);
    const Shape scale_shape = per_channel ? Shape{n} : Shape{};
    Value* code_value = graph_.add_constant(Tensor::of<std::int32_t>({n}, codes), name + "_q");
    Value* scale = graph_.add_constant(Tensor::of<float>(scale_shape, scales), name + "_s");
    Attributes attributes;
    if (per_channel) attributes["axis"] = std::int64_t{0};
    Node* dq = graph_.add_node({.op = "DequantizeLinear",
                                .inputs = {code_value, scale},
                                .attributes = std::move(attributes),
                                .output_names = {graph_.unique_name(name + "_dq")}},
                               &node);
    dq->output()->set_type(ValueType(dtype_of(ElementKind::f32), SymShape{Dim(n)}));
    return dq->output();
  }

  Graph& graph_;
  const ActivationTable& stats_;
  const StaticInt8& options_;
  const TargetRules& rules_;
  bool symmetric_ = false;
  std::unordered_set<const Node*> products_;
  std::unordered_set<const Node*> joined_;
  std::unordered_map<const Value*, AffineParams> params_;
  std::unordered_map<const Node*, Value*> padded_;
  // Zero points, one of each value for the whole graph: files stay small.
  std::map<std::pair<ElementKind, std::int32_t>, Value*> zeros_;
  std::vector<LayerQuantization> report_;
};

}  // namespace

std::vector<std::string> int8_candidates(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node* node : graph.nodes()) {
    if (is_product(*node)) names.push_back(node->name());
  }
  return names;
}

std::vector<LayerQuantization> quantize_static_int8(Graph& graph, const ActivationTable& stats,
                                                    const StaticInt8& options,
                                                    const TargetRules& rules) {
  return Quantizer(graph, stats, options, rules).run();
}

}  // namespace pare
