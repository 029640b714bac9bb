#include "formats/onnx/builder.hpp"

#include <utility>

#include "base/text.hpp"
#include "formats/onnx/order.hpp"
#include "formats/onnx/types.hpp"

namespace pare::onnx {
namespace {

constexpr int kDeepestBodies = 64;
constexpr int kDeepestCalls = 100;
constexpr std::size_t kMostFunctions = 10'000;

std::string domain_of(const std::string& domain) {
  return domain == "ai.onnx" ? std::string() : domain;
}

std::string function_key(const std::string& domain, const std::string& name,
                         const std::string& overload) {
  return cat(domain_of(domain), "\n", name, "\n", overload);
}

std::string label_of(const schema::NodeProto& node) {
  const std::string domain = domain_of(node.domain());
  const std::string name = !node.name().empty()     ? node.name()
                           : node.output_size() > 0 ? node.output(0)
                                                    : std::string();
  return cat(domain.empty() ? "" : escape_terminal(domain, 80) + "::",
             escape_terminal(node.op_type(), 80), " '", escape_terminal(name, 120), "'");
}

}  // namespace

Builder::Builder(schema::ModelProto& proto, const std::filesystem::path& path,
                 const ReadOptions& options)
    : proto_(proto), options_(options), files_(path) {
  if (static_cast<std::size_t>(proto.functions_size()) > kMostFunctions) {
    throw Error(Fault::resource, cat(proto.functions_size(), " functions, above ", kMostFunctions));
  }
  for (const auto& f : proto.functions()) {
    if (!functions_.emplace(function_key(f.domain(), f.name(), f.overload()), &f).second) {
      throw Error(Fault::corrupt, cat("function '", escape_terminal(f.name()), "' is given twice"));
    }
  }
}

std::unique_ptr<Graph> Builder::build() {
  auto graph = std::make_unique<Graph>();
  Scope scope;
  scope.graph = graph.get();
  fill(*proto_.mutable_graph(), scope, 0);
  return graph;
}

void Builder::fill(schema::GraphProto& proto, Scope& scope, int depth) {
  if (depth > kDeepestBodies) {
    throw Error(Fault::corrupt, cat("bodies nest more than ", kDeepestBodies, " deep"));
  }
  scope.graph->set_name(proto.name());
  add_constants(proto, scope);
  add_inputs(proto, scope);
  for (const int i : execution_order(proto.node())) add_node(proto.node(i), scope, depth);
  set_known_types(proto, scope);
  add_outputs(proto, scope);
}

void Builder::add_constants(schema::GraphProto& proto, Scope& scope) {
  for (auto& tensor : *proto.mutable_initializer()) {
    const std::string name = tensor.name();
    // Bodies of functions are read once for each call, so their bytes are left where they are.
    Tensor data = scope.call != nullptr ? read_tensor(tensor, files_) : take_tensor(tensor, files_);
    define(scope, name, scope.graph->add_constant(std::move(data), name));
  }
  for (const auto& sparse : proto.sparse_initializer()) {
    Tensor data = read_sparse(sparse, files_, options_.memory_budget_bytes);
    const std::string& name = sparse.values().name();
    define(scope, name, scope.graph->add_constant(std::move(data), name));
  }
}

void Builder::add_inputs(const schema::GraphProto& proto, Scope& scope) {
  for (const auto& input : proto.input()) {
    const auto known = scope.values.find(input.name());
    if (known != scope.values.end() && known->second->is_constant()) continue;
    during([&] { return cat("reading input '", escape_terminal(input.name()), "'"); },
           [&] {
             if (input.name().empty()) throw Error(Fault::corrupt, "it has no name");
             define(scope, input.name(),
                    scope.graph->add_input(free_name(*scope.graph, input.name()),
                                           read_type(input.type())));
           });
  }
}

void Builder::add_outputs(const schema::GraphProto& proto, Scope& scope) {
  for (const auto& output : proto.output()) {
    during([&] { return cat("reading output '", escape_terminal(output.name()), "'"); },
           [&] {
             Value* value = find(scope, output.name());
             if (value == nullptr) throw Error(Fault::corrupt, "nothing makes it");
             if (value->producer() != nullptr && !value->dtype().valid() && output.has_type()) {
               value->set_type(read_type(output.type()));
             }
             scope.graph->add_output(value);
           });
  }
}

void Builder::set_known_types(const schema::GraphProto& proto, const Scope& scope) {
  for (const auto& info : proto.value_info()) {
    const auto at = scope.values.find(info.name());
    if (at == scope.values.end() || at->second == nullptr) continue;
    if (at->second->producer() == nullptr || !info.has_type()) continue;
    at->second->set_type(read_type(info.type()));
  }
}

Value* Builder::find(const Scope& scope, const std::string& name) {
  for (const Scope* s = &scope; s != nullptr; s = s->outer) {
    const auto at = s->values.find(name);
    if (at != s->values.end()) return at->second;
  }
  return nullptr;
}

void Builder::define(Scope& scope, const std::string& name, Value* value) {
  if (!scope.values.emplace(name, value).second) {
    throw Error(Fault::corrupt, cat("the name '", escape_terminal(name), "' is given twice"));
  }
}

std::string Builder::free_name(const Graph& graph, const std::string& wanted) {
  // Sibling bodies may share names, and bodies of some exporters those around them.
  return graph.find(wanted) == nullptr ? wanted : graph.unique_name(wanted);
}

const schema::FunctionProto* Builder::function_of(const schema::NodeProto& node) const {
  if (functions_.empty()) return nullptr;
  const auto at = functions_.find(function_key(node.domain(), node.op_type(), node.overload()));
  return at == functions_.end() ? nullptr : at->second;
}

void Builder::add_node(const schema::NodeProto& proto, Scope& scope, int depth) {
  if (++nodes_ > options_.most_nodes) {
    throw Error(Fault::resource, cat("more than ", options_.most_nodes, " nodes"));
  }
  during([&] { return cat("reading node ", label_of(proto)); },
         [&] {
           if (proto.op_type().empty()) throw Error(Fault::corrupt, "it has no operator");
           if (const auto* function = function_of(proto)) {
             inline_call(proto, *function, scope, depth);
           } else if (!add_constant_node(proto, scope)) {
             add_plain_node(proto, scope, depth);
           }
         });
}

void Builder::add_plain_node(const schema::NodeProto& proto, Scope& scope, int depth) {
  NodeSpec spec;
  spec.op = proto.op_type();
  spec.domain = domain_of(proto.domain());
  spec.name = scope.call != nullptr ? scope.call->prefix + proto.name() : proto.name();
  for (const std::string& name : proto.input()) {
    Value* value = name.empty() ? nullptr : find(scope, name);
    const bool omitted = name.empty() || (value == nullptr && scope.values.count(name) > 0);
    if (value == nullptr && !omitted) {
      throw Error(Fault::corrupt,
                  cat("it reads '", escape_terminal(name), "', which nothing makes before"));
    }
    spec.inputs.push_back(value);
  }
  for (const auto& a : proto.attribute()) {
    const schema::AttributeProto* given = resolve(a, scope);
    if (given == nullptr) continue;
    Attribute value =
        during([&] { return cat("reading attribute '", escape_terminal(a.name()), "'"); },
               [&] { return read_attribute(*given, scope, depth); });
    if (!spec.attributes.emplace(a.name(), std::move(value)).second) {
      throw Error(Fault::corrupt,
                  cat("attribute '", escape_terminal(a.name()), "' is given twice"));
    }
  }
  spec.output_names.clear();
  for (const std::string& name : proto.output()) {
    const std::string wanted = scope.call != nullptr ? scope.call->prefix + name : name;
    spec.output_names.push_back(name.empty() ? "" : free_name(*scope.graph, wanted));
  }
  Node* node = scope.graph->add_node(std::move(spec));
  for (const auto& entry : proto.metadata_props()) node->metadata()[entry.key()] = entry.value();
  for (int i = 0; i < proto.output_size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (proto.output(i).empty()) {
      node->omit_output(at);
    } else {
      define(scope, proto.output(i), node->output(at));
    }
  }
}

const schema::AttributeProto* Builder::resolve(const schema::AttributeProto& proto,
                                               const Scope& scope) {
  if (proto.ref_attr_name().empty()) return &proto;
  if (scope.call == nullptr) {
    throw Error(Fault::corrupt, cat("attribute '", escape_terminal(proto.name()),
                                    "' refers to one of a function, but this is none"));
  }
  const auto at = scope.call->attributes.find(proto.ref_attr_name());
  return at == scope.call->attributes.end() ? nullptr : &at->second;
}

Builder::Call Builder::make_call(const schema::NodeProto& proto,
                                 const schema::FunctionProto& function, const Scope& scope) const {
  Call call;
  call.depth = scope.call != nullptr ? scope.call->depth + 1 : 1;
  if (call.depth > kDeepestCalls) {
    throw Error(Fault::corrupt,
                cat("functions call each other more than ", kDeepestCalls, " deep"));
  }
  for (const auto& otherwise : function.attribute_proto()) {
    call.attributes[otherwise.name()] = otherwise;
  }
  for (const auto& given : proto.attribute()) {
    const schema::AttributeProto* real = resolve(given, scope);
    if (real == nullptr) continue;
    schema::AttributeProto own = *real;
    own.set_name(given.name());
    call.attributes.insert_or_assign(given.name(), std::move(own));
  }
  const std::string outer = scope.call != nullptr ? scope.call->prefix : std::string();
  call.prefix = cat(outer, proto.name().empty() ? function.name() : proto.name(), "/");
  return call;
}

void Builder::inline_call(const schema::NodeProto& proto, const schema::FunctionProto& function,
                          Scope& scope, int depth) {
  const Call call = make_call(proto, function, scope);
  Scope inside;
  inside.graph = scope.graph;
  inside.call = &call;
  if (proto.input_size() > function.input_size()) {
    throw Error(Fault::corrupt, cat("the function takes ", function.input_size(),
                                    " inputs, it is given ", proto.input_size()));
  }
  for (int i = 0; i < function.input_size(); ++i) {
    const std::string name = i < proto.input_size() ? proto.input(i) : std::string();
    Value* value = name.empty() ? nullptr : find(scope, name);
    if (value == nullptr && !name.empty() && scope.values.count(name) == 0) {
      throw Error(Fault::corrupt,
                  cat("it reads '", escape_terminal(name), "', which nothing makes before"));
    }
    define(inside, function.input(i), value);
  }
  for (const int i : execution_order(function.node())) add_node(function.node(i), inside, depth);
  bind_results(proto, function, inside, scope);
}

void Builder::bind_results(const schema::NodeProto& proto, const schema::FunctionProto& function,
                           const Scope& inside, Scope& scope) {
  if (proto.output_size() > function.output_size()) {
    throw Error(Fault::corrupt, cat("the function makes ", function.output_size(),
                                    " outputs, the node wants ", proto.output_size()));
  }
  for (int i = 0; i < proto.output_size(); ++i) {
    if (proto.output(i).empty()) continue;
    Value* value = find(inside, function.output(i));
    if (value == nullptr) {
      throw Error(Fault::corrupt, cat("the function makes no '",
                                      escape_terminal(function.output(i)), "', its output"));
    }
    const std::string prefix = scope.call != nullptr ? scope.call->prefix : std::string();
    const std::string name = free_name(*scope.graph, prefix + proto.output(i));
    const bool fresh = value->producer() != nullptr && &value->graph() == scope.graph &&
                       inside.values.count(function.output(i)) > 0;
    bool passed_in = false;
    for (const std::string& input : function.input()) {
      passed_in = passed_in || inside.values.at(input) == value;
    }
    bool bound = false;
    for (int k = 0; k < i; ++k) bound = bound || function.output(k) == function.output(i);
    if (fresh && !passed_in && !bound) {
      scope.graph->rename(value, name);
    } else {  // it has another name already
      value = scope.graph->add_node({.op = "Identity", .inputs = {value}, .output_names = {name}})
                  ->output();
    }
    define(scope, proto.output(i), value);
  }
}

}  // namespace pare::onnx
