#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "ir/dim.hpp"
#include "tensor/tensor.hpp"

namespace pare {

class Graph;
class Node;
class Value;

/// What a value holds. Shape absent = rank unknown.
struct ValueType {
  enum class Kind : std::uint8_t { tensor, sequence, optional, map };
  Kind kind = Kind::tensor;
  DType dtype;                               ///< element type (map: of the values)
  std::optional<SymShape> shape;             ///< tensors only
  std::shared_ptr<const ValueType> element;  ///< of a sequence or optional
  DType key;                                 ///< of a map

  ValueType() = default;
  explicit ValueType(DType type, std::optional<SymShape> s = std::nullopt)
      : dtype(type), shape(std::move(s)) {}
  /// "float32[N,3,224,224]", "seq(int64[?])".
  [[nodiscard]] std::string text() const;
};

/// An attribute of a node. Graphs are the bodies of control flow.
using AttributeVariant =
    std::variant<std::int64_t, float, std::string, Tensor, std::shared_ptr<Graph>, ValueType,
                 std::vector<std::int64_t>, std::vector<float>, std::vector<std::string>,
                 std::vector<Tensor>, std::vector<std::shared_ptr<Graph>>>;
/// A variant whose copies are compiled once: hundreds of files would hold them otherwise.
struct Attribute : AttributeVariant {
  using AttributeVariant::AttributeVariant;
  using AttributeVariant::operator=;
  Attribute();
  Attribute(const Attribute& other);
  Attribute(Attribute&& other) noexcept;
  Attribute& operator=(const Attribute& other);
  Attribute& operator=(Attribute&& other) noexcept;
  ~Attribute();
};
struct Attributes : std::map<std::string, Attribute, std::less<>> {
  using std::map<std::string, Attribute, std::less<>>::map;
  Attributes();
  Attributes(std::initializer_list<value_type> list);
  Attributes(const Attributes& other);
  Attributes(Attributes&& other) noexcept;
  Attributes& operator=(const Attributes& other);
  Attributes& operator=(Attributes&& other) noexcept;
  ~Attributes();
};

struct Use {
  Node* node = nullptr;
  std::size_t input = 0;
  friend bool operator==(const Use&, const Use&) = default;
};

/// One edge of the graph: a graph input, a constant, or an output of a node.
class Value {
 public:
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const ValueType& type() const noexcept { return type_; }
  void set_type(ValueType type) { type_ = std::move(type); }
  [[nodiscard]] DType dtype() const noexcept { return type_.dtype; }
  /// The shape when all sizes are known numbers.
  [[nodiscard]] std::optional<Shape> known_shape() const;

  [[nodiscard]] Graph& graph() const noexcept { return *graph_; }
  [[nodiscard]] Node* producer() const noexcept { return producer_; }
  /// Index among the producer's outputs.
  [[nodiscard]] std::size_t output_index() const noexcept { return output_index_; }
  /// Nodes that read this value, in subgraphs too.
  [[nodiscard]] const std::vector<Use>& uses() const noexcept { return uses_; }
  /// uses() plus how often it is an output of its graph.
  [[nodiscard]] std::size_t readers() const noexcept { return uses_.size() + output_count_; }
  [[nodiscard]] bool is_graph_input() const noexcept { return is_input_; }
  /// Of its own graph or of a body inside it.
  [[nodiscard]] bool is_graph_output() const noexcept { return output_count_ > 0; }
  [[nodiscard]] bool is_constant() const noexcept { return constant_.valid(); }
  /// The constant's data. Fault::internal when this is not a constant.
  [[nodiscard]] const Tensor& constant() const;
  void set_constant(Tensor data);
  /// Lets go of the data of a constant that nobody will read again. The value keeps its type; no
  /// graph that holds it can run.
  void forget_constant() noexcept { constant_ = Tensor(); }

 private:
  friend class Graph;
  friend class Node;
  Value(Graph* graph, std::string name) : graph_(graph), name_(std::move(name)) {}

  Graph* graph_;
  std::string name_;
  ValueType type_;
  Node* producer_ = nullptr;
  std::size_t output_index_ = 0;
  std::vector<Use> uses_;
  std::size_t output_count_ = 0;
  bool is_input_ = false;
  Tensor constant_;
  std::list<std::unique_ptr<Value>>::iterator place_;
};

/// One operator application. Omitted optional inputs and outputs are nullptr.
class Node {
 public:
  [[nodiscard]] const std::string& domain() const noexcept { return domain_; }  ///< "" = ai.onnx
  [[nodiscard]] const std::string& op() const noexcept { return op_; }  ///< ONNX name: "Conv"
  [[nodiscard]] bool is(std::string_view op) const noexcept { return domain_.empty() && op_ == op; }
  [[nodiscard]] bool is(std::string_view domain, std::string_view op) const noexcept {
    return domain_ == domain && op_ == op;
  }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  void set_op(std::string domain, std::string op);
  [[nodiscard]] Graph& graph() const noexcept { return *graph_; }

  [[nodiscard]] const std::vector<Value*>& inputs() const noexcept { return inputs_; }
  [[nodiscard]] const std::vector<Value*>& outputs() const noexcept { return outputs_; }
  /// nullptr when omitted or past the end.
  [[nodiscard]] Value* input(std::size_t i) const noexcept {
    return i < inputs_.size() ? inputs_[i] : nullptr;
  }
  [[nodiscard]] Value* output(std::size_t i = 0) const noexcept {
    return i < outputs_.size() ? outputs_[i] : nullptr;
  }
  /// Grows the list with nullptr as needed; trailing nullptrs are dropped.
  void set_input(std::size_t i, Value* value);
  void set_inputs(const std::vector<Value*>& values);
  /// Drops the last outputs, which must have no readers.
  void resize_outputs(std::size_t n);
  /// Output i, which must have no readers, becomes omitted (nullptr).
  void omit_output(std::size_t i);

  [[nodiscard]] const Attributes& attributes() const noexcept { return attributes_; }
  [[nodiscard]] const Attribute* attribute(std::string_view name) const;
  template <class T>
  [[nodiscard]] const T* attribute_as(std::string_view name) const {
    const Attribute* a = attribute(name);
    return a != nullptr ? std::get_if<T>(a) : nullptr;
  }
  /// The attribute or `otherwise` when it is absent (defaults of the schema are not consulted).
  [[nodiscard]] std::int64_t int_or(std::string_view name, std::int64_t otherwise) const;
  [[nodiscard]] float float_or(std::string_view name, float otherwise) const;
  [[nodiscard]] std::string string_or(std::string_view name, std::string_view otherwise) const;
  [[nodiscard]] std::vector<std::int64_t> ints_or(std::string_view name,
                                                  std::vector<std::int64_t> otherwise) const;
  void set_attribute(std::string name, Attribute value);
  void erase_attribute(std::string_view name);
  /// Bodies held by attributes, in name order.
  [[nodiscard]] std::vector<Graph*> subgraphs() const;

  [[nodiscard]] std::map<std::string, std::string>& metadata() noexcept { return metadata_; }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept {
    return metadata_;
  }
  /// "Conv 'conv1/x'" for messages, names escaped.
  [[nodiscard]] std::string label() const;

 private:
  friend class Graph;
  Node(Graph* graph, std::string domain, std::string op)
      : graph_(graph), domain_(std::move(domain)), op_(std::move(op)) {}
  void unlink_input(std::size_t i);

  Graph* graph_;
  std::string domain_;
  std::string op_;
  std::string name_;
  std::vector<Value*> inputs_;
  std::vector<Value*> outputs_;
  Attributes attributes_;
  std::map<std::string, std::string> metadata_;
  std::list<std::unique_ptr<Node>>::iterator place_;
};

/// What add_node needs beyond operator and inputs.
struct NodeSpec {
  std::string op = {};
  std::vector<Value*> inputs = {};
  Attributes attributes = {};
  std::string domain = {};
  std::string name = {};
  std::vector<std::string> output_names = {""};  ///< "" = make one up; one entry per output
};

/// A directed acyclic graph of nodes in an order in which every value is made before it is used.
/// Owns its nodes and values; a subgraph may also read values of the graphs around it.
class Graph {
 public:
  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  /// An empty body to be held by an attribute of a node of `outer`; shares its name space.
  static std::shared_ptr<Graph> make_body(Graph& outer);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  [[nodiscard]] Graph* outer() const noexcept { return outer_; }
  /// This body hangs in `outer`, another graph of the same model, from now on: for a node that
  /// moves into a new body around it. What it reads must be visible from there.
  void move_into(Graph& outer);

  // --- values
  Value* add_input(const std::string& name, ValueType type);
  /// `hint` becomes the name when it is free, else with a number behind it.
  Value* add_constant(Tensor data, std::string_view hint);
  [[nodiscard]] const std::vector<Value*>& inputs() const noexcept { return inputs_; }
  [[nodiscard]] const std::vector<Value*>& outputs() const noexcept { return outputs_; }
  void add_output(Value* value);
  void set_output(std::size_t i, Value* value);
  /// Removes a graph input that nothing reads. Fault::internal when it has readers.
  void erase_input(Value* value);
  void erase_output(std::size_t i);
  /// All constants, in order of creation.
  [[nodiscard]] std::vector<Value*> constants() const;
  /// By name in this graph, then in the graphs around it; nullptr when there is none.
  [[nodiscard]] Value* find(std::string_view name) const;
  void rename(Value* value, const std::string& name);
  /// A name not used anywhere in the model: `hint` or `hint_1` ...
  [[nodiscard]] std::string unique_name(std::string_view hint) const;

  // --- nodes
  /// Snapshot in execution order: the graph may be changed while walking it.
  [[nodiscard]] std::vector<Node*> nodes() const;
  [[nodiscard]] std::size_t node_count() const noexcept { return nodes_.size(); }
  /// Appends, or inserts before `before`. Output names must be free (see unique_name).
  Node* add_node(NodeSpec spec, Node* before = nullptr);
  /// The node's outputs must have no readers; they go too. Constants that only it read stay
  /// until remove_unused().
  void erase(Node* node);
  void move_before(Node* node, Node* before);
  /// Every reader of `from` (graph outputs included) reads `to` from now on. Names of graph
  /// outputs are kept: `to` takes the name over when it can, else an Identity is inserted.
  void replace(Value* from, Value* to);
  /// As replace(), but only for the given reader.
  void replace_use(const Use& use, Value* to);
  /// Brings nodes into execution order again. Fault::corrupt when there is a cycle.
  void sort();
  /// Erases nodes whose outputs nobody reads (side-effect free by definition) and constants
  /// without readers. Returns how many nodes went.
  std::size_t remove_unused();

  /// Deep copy (constants share their bytes).
  [[nodiscard]] std::unique_ptr<Graph> clone() const;

 private:
  friend class Node;
  Value* new_value(std::string name);
  void drop_value(Value* value);
  void replace_in_bodies(Value* from, Value* to);
  void copy_into(Graph& target, std::unordered_map<const Value*, Value*>& map) const;

  std::string name_;
  Graph* outer_ = nullptr;
  std::list<std::unique_ptr<Node>> nodes_;
  std::list<std::unique_ptr<Value>> values_;
  std::unordered_map<std::string, Value*> by_name_;
  std::shared_ptr<std::unordered_map<std::string, std::size_t>> used_names_;  // whole model
  std::vector<Value*> inputs_;
  std::vector<Value*> outputs_;
};

/// A graph with what surrounds it in a file.
struct Model {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  std::map<std::string, std::int64_t> opsets;  ///< as imported: domain -> version ("" = ai.onnx)
  std::int64_t ir_version = 0;
  std::string producer_name;
  std::string producer_version;
  std::string domain;
  std::int64_t model_version = 0;
  std::string doc;
  std::map<std::string, std::string> metadata;

  [[nodiscard]] Model clone() const;
};

}  // namespace pare
