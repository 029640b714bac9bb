#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/format.hpp"
#include "formats/onnx/onnx.pb.h"
#include "formats/onnx/tensors.hpp"
#include "ir/graph.hpp"

namespace pare::onnx {

/// Makes a Graph of a decoded model. Model-local functions are replaced by their bodies; `Constant`
/// nodes and sparse initializers become constants; an initializer that is also a graph input is a
/// constant. Errors: Fault::corrupt, Fault::unsupported and Fault::resource, naming the place.
class Builder {
 public:
  Builder(schema::ModelProto& proto, const std::filesystem::path& path, const ReadOptions& options);
  std::unique_ptr<Graph> build();

 private:
  /// One use of a function: what its attribute references stand for.
  struct Call {
    std::map<std::string, schema::AttributeProto, std::less<>> attributes;
    std::string prefix;
    int depth = 0;
  };
  /// Names that nodes see. Those of a function do not see the graph that calls it.
  struct Scope {
    Graph* graph = nullptr;
    const Scope* outer = nullptr;
    const Call* call = nullptr;
    std::unordered_map<std::string, Value*> values;
  };

  void fill(schema::GraphProto& proto, Scope& scope, int depth);
  void add_constants(schema::GraphProto& proto, Scope& scope);
  void add_inputs(const schema::GraphProto& proto, Scope& scope);
  void add_outputs(const schema::GraphProto& proto, Scope& scope);
  void set_known_types(const schema::GraphProto& proto, const Scope& scope);
  void add_node(const schema::NodeProto& proto, Scope& scope, int depth);
  void add_plain_node(const schema::NodeProto& proto, Scope& scope, int depth);
  void inline_call(const schema::NodeProto& proto, const schema::FunctionProto& function,
                   Scope& scope, int depth);
  void bind_results(const schema::NodeProto& proto, const schema::FunctionProto& function,
                    const Scope& inside, Scope& scope);
  Call make_call(const schema::NodeProto& proto, const schema::FunctionProto& function,
                 const Scope& scope) const;
  bool add_constant_node(const schema::NodeProto& proto, Scope& scope);
  Attribute read_attribute(const schema::AttributeProto& proto, Scope& scope, int depth);
  std::shared_ptr<Graph> read_body(const schema::GraphProto& proto, Scope& scope, int depth);
  Tensor constant_of(const schema::AttributeProto& proto);
  /// The attribute itself, or what it refers to; nullptr when that was not given.
  static const schema::AttributeProto* resolve(const schema::AttributeProto& proto,
                                               const Scope& scope);
  static Value* find(const Scope& scope, const std::string& name);
  static void define(Scope& scope, const std::string& name, Value* value);
  static std::string free_name(const Graph& graph, const std::string& wanted);
  const schema::FunctionProto* function_of(const schema::NodeProto& node) const;

  schema::ModelProto& proto_;
  const ReadOptions& options_;
  ExternalFiles files_;
  std::map<std::string, const schema::FunctionProto*> functions_;
  std::size_t nodes_ = 0;
};

}  // namespace pare::onnx
