#include "ir/op.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/budget.hpp"
#include "ir/execute.hpp"

namespace pare {

OpDef::OpDef(const OpDef& other) = default;
OpDef::OpDef(OpDef&& other) noexcept = default;
OpDef& OpDef::operator=(const OpDef& other) = default;
OpDef& OpDef::operator=(OpDef&& other) noexcept = default;
OpDef::~OpDef() = default;

OpDefs::OpDefs(OpDef one) { push_back(std::move(one)); }
OpDefs::OpDefs(std::initializer_list<OpDef> list) : std::vector<OpDef>(list) {}
OpDefs::OpDefs(const OpDefs& other) = default;
OpDefs::OpDefs(OpDefs&& other) noexcept = default;
OpDefs& OpDefs::operator=(const OpDefs& other) = default;
OpDefs& OpDefs::operator=(OpDefs&& other) noexcept = default;
OpDefs::~OpDefs() = default;

AttributeKind attribute_kind(const Attribute& a) {
  struct Visitor {
    AttributeKind operator()(std::int64_t) const { return AttributeKind::integer; }
    AttributeKind operator()(float) const { return AttributeKind::real; }
    AttributeKind operator()(const std::string&) const { return AttributeKind::text; }
    AttributeKind operator()(const Tensor&) const { return AttributeKind::tensor; }
    AttributeKind operator()(const std::shared_ptr<Graph>&) const { return AttributeKind::graph; }
    AttributeKind operator()(const ValueType&) const { return AttributeKind::type; }
    AttributeKind operator()(const std::vector<std::int64_t>&) const {
      return AttributeKind::integers;
    }
    AttributeKind operator()(const std::vector<float>&) const { return AttributeKind::reals; }
    AttributeKind operator()(const std::vector<std::string>&) const { return AttributeKind::texts; }
    AttributeKind operator()(const std::vector<Tensor>&) const { return AttributeKind::tensor; }
    AttributeKind operator()(const std::vector<std::shared_ptr<Graph>>&) const {
      return AttributeKind::graph;
    }
  };
  return std::visit(Visitor{}, a);
}

bool AttributeReader::has_attr(std::string_view name) const { return find(name) != nullptr; }

const Attribute* AttributeReader::find(std::string_view name) const {
  if (const Attribute* given = node_->attribute(name)) return given;
  const AttributeDef* def = def_->find_attribute(name);
  return def != nullptr && def->otherwise ? &*def->otherwise : nullptr;
}

void AttributeReader::fail(const std::string& why) const {
  throw Error(Fault::corrupt, cat(node_->label(), ": ", why));
}

std::int64_t AttributeReader::attr_int(std::string_view name) const {
  const Attribute* a = find(name);
  if (a == nullptr) fail(cat("attribute '", name, "' is missing"));
  const auto* v = std::get_if<std::int64_t>(a);
  if (v == nullptr) fail(cat("attribute '", name, "' is not an integer"));
  return *v;
}

float AttributeReader::attr_float(std::string_view name) const {
  const Attribute* a = find(name);
  if (a == nullptr) fail(cat("attribute '", name, "' is missing"));
  const auto* v = std::get_if<float>(a);
  if (v == nullptr) fail(cat("attribute '", name, "' is not a float"));
  return *v;
}

std::string AttributeReader::attr_string(std::string_view name) const {
  const Attribute* a = find(name);
  if (a == nullptr) fail(cat("attribute '", name, "' is missing"));
  const auto* v = std::get_if<std::string>(a);
  if (v == nullptr) fail(cat("attribute '", name, "' is not a string"));
  return *v;
}

std::vector<std::int64_t> AttributeReader::attr_ints(std::string_view name) const {
  const Attribute* a = find(name);
  if (a == nullptr) return {};
  const auto* v = std::get_if<std::vector<std::int64_t>>(a);
  if (v == nullptr) fail(cat("attribute '", name, "' is not a list of integers"));
  return *v;
}

std::vector<float> AttributeReader::attr_floats(std::string_view name) const {
  const Attribute* a = find(name);
  if (a == nullptr) return {};
  const auto* v = std::get_if<std::vector<float>>(a);
  if (v == nullptr) fail(cat("attribute '", name, "' is not a list of floats"));
  return *v;
}

std::vector<std::string> AttributeReader::attr_strings(std::string_view name) const {
  const Attribute* a = find(name);
  if (a == nullptr) return {};
  const auto* v = std::get_if<std::vector<std::string>>(a);
  if (v == nullptr) fail(cat("attribute '", name, "' is not a list of strings"));
  return *v;
}

const Tensor* AttributeReader::attr_tensor(std::string_view name) const {
  const Attribute* a = find(name);
  if (a == nullptr) return nullptr;
  const auto* v = std::get_if<Tensor>(a);
  if (v == nullptr) fail(cat("attribute '", name, "' is not a tensor"));
  return v;
}

std::int64_t AttributeReader::attr_axis(std::string_view name, std::size_t rank) const {
  const std::int64_t axis = attr_int(name);
  const auto r = static_cast<std::int64_t>(rank);
  if (axis < -r || axis >= r) fail(cat(name, " ", axis, " is outside rank ", rank));
  return axis < 0 ? axis + r : axis;
}

ShapeContext::ShapeContext(const Node& node, const OpDef& def,
                           std::vector<const ValueFacts*> inputs,
                           std::vector<const Tensor*> constants)
    : AttributeReader(node, def),
      inputs_(std::move(inputs)),
      constants_(std::move(constants)),
      results_(node.outputs().size()) {}

const ValueType& ShapeContext::input(std::size_t i) const {
  if (!has_input(i)) fail(cat("input ", i, " is missing"));
  return inputs_[i]->type;
}

const SymShape* ShapeContext::input_shape(std::size_t i) const {
  const ValueType& type = input(i);
  return type.shape ? &*type.shape : nullptr;
}

const Tensor* ShapeContext::input_constant(std::size_t i) const {
  return i < constants_.size() ? constants_[i] : nullptr;
}

std::optional<std::vector<Dim>> ShapeContext::input_elements(std::size_t i) const {
  if (!has_input(i)) return std::nullopt;
  if (inputs_[i]->elements) return inputs_[i]->elements;
  const Tensor* data = input_constant(i);
  constexpr std::int64_t kMostElements = 4096;
  if (data == nullptr || data->rank() > 1 || data->size() > kMostElements ||
      (!data->type().is_integer() && data->kind() != ElementKind::boolean)) {
    return std::nullopt;
  }
  const auto values = data->to_ints();
  return std::vector<Dim>(values.begin(), values.end());
}

std::optional<std::vector<std::int64_t>> ShapeContext::input_ints(std::size_t i) const {
  const auto elements = input_elements(i);
  if (!elements) return std::nullopt;
  return to_numbers(*elements);
}

void ShapeContext::set_output(std::size_t i, ValueType type) {
  if (i < results_.size()) results_[i].type = std::move(type);
}

void ShapeContext::set_output(std::size_t i, DType type, std::optional<SymShape> shape) {
  set_output(i, ValueType(type, std::move(shape)));
}

void ShapeContext::set_output_elements(std::size_t i, std::vector<Dim> elements) {
  if (i < results_.size()) results_[i].elements = std::move(elements);
}

OpCall::OpCall(const Node& node, const OpDef& def, std::vector<RuntimeValue> inputs)
    : AttributeReader(node, def), inputs_(std::move(inputs)), results_(node.outputs().size()) {}

const Tensor& OpCall::input(std::size_t i) const {
  if (!has_input(i)) fail(cat("input ", i, " is missing"));
  if (!inputs_[i].is_tensor()) fail(cat("input ", i, " is ", inputs_[i].kind_text()));
  return inputs_[i].tensor();
}

const RuntimeValue& OpCall::value(std::size_t i) const {
  static const RuntimeValue nothing;
  return i < inputs_.size() ? inputs_[i] : nothing;
}

Tensor& OpCall::make_output(std::size_t i, DType type, Shape shape) {
  set_output(i, Tensor(type, std::move(shape)));
  return results_[i].mutable_tensor();
}

void OpCall::set_output(std::size_t i, RuntimeValue value) {
  if (i >= results_.size()) results_.resize(i + 1);
  results_[i] = std::move(value);
}

OpDef& OpDef::add_param(bool output, Param param) {
  (output ? outputs : inputs).push_back(std::move(param));
  last_is_output_ = output;
  return *this;
}
OpDef& OpDef::input(std::string n, TypeSet allowed, std::string type_name) {
  return add_param(false, {std::move(n), allowed, std::move(type_name)});
}
OpDef& OpDef::optional_input(std::string n, TypeSet allowed, std::string type_name) {
  return add_param(false, {std::move(n), allowed, std::move(type_name), true});
}
OpDef& OpDef::variadic_input(std::string n, TypeSet allowed, std::string type_name) {
  return add_param(false, {std::move(n), allowed, std::move(type_name), false, true});
}
OpDef& OpDef::output(std::string n, TypeSet allowed, std::string type_name) {
  return add_param(true, {std::move(n), allowed, std::move(type_name)});
}
OpDef& OpDef::optional_output(std::string n, TypeSet allowed, std::string type_name) {
  return add_param(true, {std::move(n), allowed, std::move(type_name), true});
}
OpDef& OpDef::variadic_output(std::string n, TypeSet allowed, std::string type_name) {
  return add_param(true, {std::move(n), allowed, std::move(type_name), false, true});
}
OpDef& OpDef::of(KindSet kinds) {
  std::vector<Param>& params = last_is_output_ ? outputs : inputs;
  require(!params.empty(), "of() follows an input or output");
  params.back().kinds = kinds;
  return *this;
}

OpDef& OpDef::attribute(std::string n, Attribute otherwise, std::string help) {
  const AttributeKind kind = attribute_kind(otherwise);
  attributes.push_back({std::move(n), kind, std::move(otherwise), false, std::move(help)});
  return *this;
}
OpDef& OpDef::optional_attribute(std::string n, AttributeKind kind, std::string help) {
  attributes.push_back({std::move(n), kind, std::nullopt, false, std::move(help)});
  return *this;
}
OpDef& OpDef::required_attribute(std::string n, AttributeKind kind, std::string help) {
  attributes.push_back({std::move(n), kind, std::nullopt, true, std::move(help)});
  return *this;
}
OpDef& OpDef::random() {
  deterministic = false;
  return *this;
}
OpDef& OpDef::define(void (*infer_fn)(ShapeContext&), void (*reference_fn)(OpCall&),
                     Cost (*cost_fn)(const ShapeContext&)) {
  infer = infer_fn;
  reference = reference_fn;
  cost = cost_fn;
  return *this;
}

OpDef& OpDef::differentiable(void (*gradient_fn)(GradientContext&)) {
  gradient = gradient_fn;
  return *this;
}

const AttributeDef* OpDef::find_attribute(std::string_view n) const {
  for (const AttributeDef& a : attributes) {
    if (a.name == n) return &a;
  }
  return nullptr;
}

std::string OpDef::full_name() const { return domain.empty() ? name : cat(domain, "::", name); }

void OpRegistry::add(OpDefs defs) {
  for (OpDef& def : defs) {
    std::string key = cat(def.domain, "::", def.name);
    const bool fresh = defs_.emplace(std::move(key), std::move(def)).second;
    require(fresh, "an operator is defined twice");
  }
}

const OpDef* OpRegistry::find(std::string_view domain, std::string_view name) const {
  const auto it = defs_.find(cat(domain, "::", name));
  return it == defs_.end() ? nullptr : &it->second;
}

const OpDef& OpRegistry::at(const Node& node) const {
  const OpDef* def = find(node);
  if (def == nullptr) {
    throw Error(Fault::unsupported, cat(node.label(), ": no such operator is known"));
  }
  return *def;
}

std::vector<const OpDef*> OpRegistry::all() const {
  std::vector<const OpDef*> out;
  for (const auto& [key, def] : defs_) out.push_back(&def);
  return out;
}

namespace {

using Environment = std::unordered_map<const Value*, RuntimeValue>;

std::vector<RuntimeValue> run_graph(const Graph& graph, const OpRegistry& ops,
                                    std::vector<RuntimeValue> inputs, Environment& outer,
                                    int depth);

RuntimeValue look_up(const Value* value, const Environment& env) {
  if (value == nullptr) return {};
  if (value->is_constant()) return value->constant();
  const auto it = env.find(value);
  if (it == env.end()) {
    throw Error(Fault::corrupt, cat("value '", value->name(), "' is read before it is made"));
  }
  return it->second;
}

std::vector<RuntimeValue> call(const Node& node, const OpRegistry& ops,
                               std::vector<RuntimeValue> inputs, const BodyRunner& run_body) {
  const OpDef& def = ops.at(node);
  if (def.reference == nullptr) {
    throw Error(Fault::unsupported, cat(node.label(), ": the operator has no kernel"));
  }
  spend_steps(1);
  return during([&] { return cat("running ", node.label()); },
                [&] {
                  OpCall op_call(node, def, std::move(inputs));
                  op_call.run_body = run_body;
                  within_memory([&] { def.reference(op_call); });
                  return std::move(op_call.results());
                });
}

std::vector<RuntimeValue> call(const Node& node, const OpRegistry& ops,
                               std::vector<RuntimeValue> inputs, Environment& env, int depth) {
  return call(node, ops, std::move(inputs), [&](const Graph& body, std::vector<RuntimeValue> args) {
    return run_graph(body, ops, std::move(args), env, depth + 1);
  });
}

std::vector<RuntimeValue> run_graph(const Graph& graph, const OpRegistry& ops,
                                    std::vector<RuntimeValue> inputs, Environment& env, int depth) {
  constexpr int kDeepest = 64;
  spend_steps(1);
  if (depth > kDeepest) throw Error(Fault::resource, "bodies are nested more than 64 deep");
  if (inputs.size() != graph.inputs().size()) {
    throw Error(Fault::usage,
                cat("the graph takes ", graph.inputs().size(), " inputs, got ", inputs.size()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) env[graph.inputs()[i]] = std::move(inputs[i]);
  // How often each value is still read, so that memory is freed early.
  std::unordered_map<const Value*, std::size_t> left;
  const std::vector<Node*> nodes = graph.nodes();
  for (const Node* node : nodes) {
    std::vector<RuntimeValue> arguments;
    for (const Value* v : node->inputs()) arguments.push_back(look_up(v, env));
    std::vector<RuntimeValue> results = call(*node, ops, std::move(arguments), env, depth);
    for (std::size_t i = 0; i < node->outputs().size() && i < results.size(); ++i) {
      if (node->outputs()[i] != nullptr) env[node->outputs()[i]] = std::move(results[i]);
    }
    for (const Value* v : node->inputs()) {
      if (v == nullptr || v->is_constant() || &v->graph() != &graph) continue;
      if (++left[v] == v->readers()) env.erase(v);
    }
  }
  std::vector<RuntimeValue> outputs;
  for (const Value* v : graph.outputs()) outputs.push_back(look_up(v, env));
  return outputs;
}

}  // namespace

std::vector<RuntimeValue> run_node(const Node& node, const OpRegistry& ops,
                                   std::vector<RuntimeValue> inputs) {
  Environment none;
  return call(node, ops, std::move(inputs), none, 0);
}

std::vector<RuntimeValue> run_node_with(const Node& node, const OpRegistry& ops,
                                        std::vector<RuntimeValue> inputs,
                                        const BodyRunner& run_body) {
  return call(node, ops, std::move(inputs), run_body);
}

std::vector<Tensor> run_reference(const Node& node, const OpRegistry& ops,
                                  std::vector<Tensor> inputs) {
  return tensors_of(run_node(node, ops, values_of(std::move(inputs))));
}

std::vector<RuntimeValue> interpret_values(const Graph& graph, const OpRegistry& ops,
                                           std::vector<RuntimeValue> inputs) {
  Environment env;
  return run_graph(graph, ops, std::move(inputs), env, 0);
}

std::vector<Tensor> interpret(const Graph& graph, const OpRegistry& ops,
                              std::vector<Tensor> inputs) {
  return tensors_of(interpret_values(graph, ops, values_of(std::move(inputs))));
}

}  // namespace pare
