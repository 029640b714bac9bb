#include "compress/schemes.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace pare {
namespace {

bool fits(const Tensor& t, ElementKind type) {
  if (type != ElementKind::f16) return true;
  constexpr float kLargestF16 = 65504.0F;
  const auto values = t.data<float>();
  return std::all_of(values.begin(), values.end(),
                     [](float x) { return !(std::fabs(x) > kLargestF16); });
}

Value* add_cast(Graph& graph, Value* x, ElementKind to, const std::string& name, Node* before) {
  Node* cast = graph.add_node({.op = "Cast",
                               .inputs = {x},
                               .attributes = {{"to", static_cast<std::int64_t>(to)}},
                               .name = graph.unique_name(name),
                               .output_names = {graph.unique_name(name)}},
                              before);
  cast->output()->set_type(ValueType(dtype_of(to), x->type().shape));
  return cast->output();
}

Node* first_node(const Graph& graph) {
  const auto nodes = graph.nodes();
  return nodes.empty() ? nullptr : nodes.front();
}

// Parameters that share the type variable of the operator's first output compute in it.
bool follows_output_type(const OpDef& def, std::size_t input) {
  if (def.inputs.empty() || def.outputs.empty()) return false;
  const Param& p = input < def.inputs.size() ? def.inputs[input] : def.inputs.back();
  return p.type_name == def.outputs.front().type_name;
}

}  // namespace

void name_all_nodes(Graph& graph) {
  std::set<std::string> taken;
  for (Node* node : graph.nodes()) {
    std::string name = node->name();
    if (name.empty() && node->output() != nullptr) name = node->output()->name();
    if (name.empty()) name = node->op();
    std::string unique = name;
    for (int i = 1; !taken.insert(unique).second; ++i) unique = cat(name, "_", i);
    node->set_name(unique);
  }
}

std::size_t store_constants_as(Graph& graph, ElementKind type, std::int64_t least_elements) {
  std::size_t converted = 0;
  Node* front = first_node(graph);
  for (Value* constant : graph.constants()) {
    if (constant->dtype() != ElementKind::f32 || constant->constant().size() < least_elements ||
        constant->uses().empty() || constant->is_graph_output() ||
        !fits(constant->constant(), type)) {
      continue;
    }
    const std::vector<Use> uses = constant->uses();
    Value* small = graph.add_constant(constant->constant().cast(dtype_of(type)),
                                      cat(constant->name(), "_", dtype_of(type).name()));
    Value* wide = add_cast(graph, small, ElementKind::f32, constant->name() + "_cast", front);
    for (const Use& use : uses) graph.replace_use(use, wide);
    ++converted;
  }
  graph.remove_unused();
  return converted;
}

std::vector<std::string> compute_in(Graph& graph, const OpRegistry& ops, ElementKind type) {
  std::vector<std::string> stayed;
  std::unordered_map<const Value*, Value*> narrow;  // float value -> its narrow form
  const std::vector<Node*> nodes = graph.nodes();
  const auto narrow_of = [&](Value* v, Node* before) -> Value* {
    const auto it = narrow.find(v);
    if (it != narrow.end()) return it->second;
    Value* made = v->is_constant() ? graph.add_constant(v->constant().cast(dtype_of(type)),
                                                        cat(v->name(), "_", dtype_of(type).name()))
                                   : add_cast(graph, v, type, v->name() + "_narrow", before);
    narrow[v] = made;
    return made;
  };
  for (Node* node : nodes) {
    const OpDef* def = ops.find(*node);
    const Value* out = node->output();
    const bool is_float = out != nullptr && out->dtype() == ElementKind::f32;
    const bool allowed = def != nullptr && is_float && !def->outputs.empty() &&
                         def->outputs.front().allowed.has(type) && node->subgraphs().empty() &&
                         !node->is("Cast") && !node->is("QuantizeLinear") &&
                         !node->is("DequantizeLinear");
    if (!allowed) {
      if (is_float) stayed.push_back(node->label());
      continue;
    }
    for (std::size_t i = 0; i < node->inputs().size(); ++i) {
      Value* v = node->input(i);
      if (v == nullptr || v->dtype() != ElementKind::f32 || !follows_output_type(*def, i)) continue;
      if (v->is_constant() && !fits(v->constant(), type)) continue;
      node->set_input(i, narrow_of(v, node));
    }
    for (std::size_t i = 0; i < node->outputs().size(); ++i) {
      Value* v = node->outputs()[i];
      if (v == nullptr || v->dtype() != ElementKind::f32) continue;
      // The node now makes the narrow value; who reads the float one gets a Cast.
      const std::string name = v->name();
      const std::vector<Use> uses = v->uses();
      v->set_type(ValueType(dtype_of(type), v->type().shape));
      Value* wide = add_cast(graph, v, ElementKind::f32, name + "_wide", nullptr);
      for (const Use& use : uses) graph.replace_use(use, wide);
      narrow[wide] = v;
      if (v->is_graph_output()) {
        graph.rename(v, graph.unique_name(name + "_narrow"));
        graph.rename(wide, name);
        for (std::size_t k = 0; k < graph.outputs().size(); ++k) {
          if (graph.outputs()[k] == v) graph.set_output(k, wide);
        }
      }
    }
  }
  graph.sort();
  graph.remove_unused();
  return stayed;
}

std::vector<LayerQuantization> quantize_weights_only(Graph& graph, const WeightOptions& options,
                                                     std::int64_t least_elements,
                                                     const std::set<std::string>& keep_float) {
  std::vector<LayerQuantization> report;
  for (Node* node : graph.nodes()) {
    const Tensor* weights = constant_weights(*node);
    if (weights == nullptr) continue;
    LayerQuantization row{node->name(), node->op(), false, {}, 0};
    if (keep_float.count(node->name()) > 0) {
      row.reason = "kept in float by choice";
    } else if (weights->size() < least_elements) {
      row.reason = cat("has fewer than ", least_elements, " weights");
    } else {
      WeightOptions wo = options;
      wo.axis = weight_channel_axis(*node);
      const Tensor held = *weights;
      const QuantizedWeights q = quantize_weights(held, wo);
      row.quantized = true;
      row.weight_sqnr_db = q.sqnr_db;
      node->set_input(1, add_weight_dequantizer(graph, q, node->input(1)->name(), node));
    }
    report.push_back(std::move(row));
  }
  graph.remove_unused();
  return report;
}

namespace {

// [K,N] codes for MatMulInteger from the weights of a Gemm or MatMul.
Tensor transposed(const Tensor& w) {
  const std::int64_t n = w.dim(0);
  const std::int64_t k = w.dim(1);
  Tensor out(ElementKind::f32, {k, n});
  const auto from = w.data<float>();
  const auto to = out.mutable_data<float>();
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < k; ++j) {
      to[static_cast<std::size_t>(j * n + i)] = from[static_cast<std::size_t>(i * k + j)];
    }
  }
  return out;
}

class DynamicRewriter {
 public:
  DynamicRewriter(Graph& graph, const WeightOptions& options) : graph_(graph), options_(options) {}

  double rewrite(Node* node) {
    Value* x = node->input(0);
    Value* old = node->output();
    Tensor weights = node->input(1)->constant();
    if (node->is("Gemm") && node->int_or("transB", 0) != 0) weights = transposed(weights);
    WeightOptions wo = options_;
    wo.axis = 1;
    const QuantizedWeights q = quantize_weights(weights, wo);
    const std::string w_name = node->input(1)->name();
    const std::string name = old->name();
    const std::vector<Value*>& dynamic = quantized_input(x, node);
    Value* codes = graph_.add_constant(q.codes, w_name + "_q");
    const auto n = static_cast<std::int64_t>(q.scales.size());
    const float alpha = node->is("Gemm") ? node->float_or("alpha", 1.0F) : 1.0F;
    std::vector<float> scales = q.scales;
    for (float& s : scales) s *= alpha;
    Value* w_scale =
        graph_.add_constant(Tensor::of<float>(n == 1 ? Shape{} : Shape{n}, scales), w_name + "_s");
    Value* zero = graph_.add_constant(Tensor(ElementKind::i8, Shape{}), w_name + "_z");
    Value* product = add("MatMulInteger", {dynamic[0], codes, dynamic[2], zero}, name + "_integer",
                         node, ElementKind::i32, old);
    Value* real = add_cast(graph_, product, ElementKind::f32, name + "_integer_float", node);
    Value* factor =
        add("Mul", {dynamic[1], w_scale}, name + "_scale", node, ElementKind::f32, nullptr);
    Value* y = add("Mul", {real, factor}, name + "_scaled", node, ElementKind::f32, old);
    if (node->is("Gemm") && node->input(2) != nullptr) {
      y = add("Add", {y, bias_of(*node)}, name + "_biased", node, ElementKind::f32, old);
    }
    y->set_type(old->type());
    graph_.replace(old, y);
    graph_.erase(node);
    return q.sqnr_db;
  }

 private:
  Value* bias_of(Node& node) {
    const float beta = node.float_or("beta", 1.0F);
    Value* c = node.input(2);
    if (beta == 1.0F) return c;
    Value* factor = graph_.add_constant(Tensor::scalar<float>(beta), node.name() + "_beta");
    return add("Mul", {c, factor}, node.name() + "_bias", &node, ElementKind::f32, c);
  }

  Value* add(const std::string& op, const std::vector<Value*>& inputs, const std::string& name,
             Node* before, ElementKind type, const Value* like) {
    Node* made = graph_.add_node({.op = op,
                                  .inputs = inputs,
                                  .name = graph_.unique_name(name),
                                  .output_names = {graph_.unique_name(name)}},
                                 before);
    made->output()->set_type(
        ValueType(dtype_of(type), like != nullptr ? like->type().shape : std::nullopt));
    return made->output();
  }

  // One DynamicQuantizeLinear per value, shared by its readers: codes, scale, zero point.
  const std::vector<Value*>& quantized_input(Value* x, Node* before) {
    const auto it = dynamic_.find(x);
    if (it != dynamic_.end()) return it->second;
    const std::string name = x->name();
    Node* node = graph_.add_node(
        {.op = "DynamicQuantizeLinear",
         .inputs = {x},
         .name = graph_.unique_name(name + "_DynamicQuantizeLinear"),
         .output_names = {graph_.unique_name(name + "_q"), graph_.unique_name(name + "_s"),
                          graph_.unique_name(name + "_z")}},
        before);
    node->output(0)->set_type(ValueType(dtype_of(ElementKind::u8), x->type().shape));
    node->output(1)->set_type(ValueType(dtype_of(ElementKind::f32), SymShape{}));
    node->output(2)->set_type(ValueType(dtype_of(ElementKind::u8), SymShape{}));
    return dynamic_[x] = node->outputs();
  }

  Graph& graph_;
  WeightOptions options_;
  std::unordered_map<const Value*, std::vector<Value*>> dynamic_;
};

}  // namespace

std::vector<LayerQuantization> quantize_dynamic_int8(Graph& graph, const WeightOptions& options,
                                                     const std::set<std::string>& keep_float) {
  std::vector<LayerQuantization> report;
  DynamicRewriter rewriter(graph, options);
  for (Node* node : graph.nodes()) {
    const Tensor* weights = constant_weights(*node);
    if (weights == nullptr || node->is("Conv") || node->is("ConvTranspose")) continue;
    LayerQuantization row{node->name(), node->op(), false, {}, 0};
    if (weights->rank() != 2 || (node->is("Gemm") && node->int_or("transA", 0) != 0)) {
      row.reason = "this form of the operator has no integer kernel";
    } else if (keep_float.count(node->name()) > 0) {
      row.reason = "kept in float by choice";
    } else {
      row.quantized = true;
      row.weight_sqnr_db = rewriter.rewrite(node);
    }
    report.push_back(std::move(row));
  }
  graph.sort();
  graph.remove_unused();
  return report;
}

}  // namespace pare
